import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { DataTable, EmptyState, none, PageHeader, StatusTag, useFormat, useLive, useMay, type Column } from '../../kernel'
import { mark } from './intelTexts'
import { channelPage, faultWord, upperState, upperTone, upwardKey, useUpwardTexts, type Direction, type UpperRow } from './upwardTexts'
import { UpwardLevelForm } from './UpwardLevelForm'

/** Upper levels: how they stand. */
export default function UpwardLevels() {
  return <UpwardLevelList direction="up" />
}

/** Channels in a direction. */
export function UpwardLevelList({ direction }: { direction: Direction }) {
  const t = useUpwardTexts()
  const down = direction === 'down'
  const f = useFormat()
  const may = useMay()
  const [open, setOpen] = useState(false)
  useLive('security.upward', upwardKey)
  const columns: Column<UpperRow>[] = [
    { key: 'name', title: t('upward.field.name'), sort: 'name', render: (x) => <span className="lh-two lh-wrap"><Link to={channelPage(x)}>{x.name}</Link><span className="lh-muted lh-break">{x.root || t(`upward.ways.${x.way}`)}</span></span> },
    { key: 'state', title: t('upward.field.state'), render: (x) => <span className="lh-two lh-wrap"><StatusTag tone={upperTone[upperState(x)]}>{t(`upward.upperStates.${upperState(x)}`)}</StatusTag>{x.fault && <span className="lh-muted">{faultWord(t, x.fault)}</span>}</span> },
    { key: 'tlp', title: t('upward.field.tlp'), from: 'sm', render: (x) => mark(x.most_tlp) },
    { key: 'open', title: t('upward.field.open'), align: 'right', from: 'md', render: (x) => <span className="lh-number">{f.number(x.open, 0)}</span> },
    { key: 'good', title: t('upward.field.good'), sort: 'good_at', from: 'lg', render: (x) => (x.good_at ? <span className="lh-number">{f.time(x.good_at)}</span> : none) },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t(down ? 'down.channels' : 'upward.levels')} note={t(down ? 'down.channelsNote' : 'upward.levelsNote')} actions={may('security.upward.manage') && <Button type="primary" onClick={() => setOpen(true)}>{t(down ? 'down.add' : 'upward.add')}</Button>} />
      <DataTable<UpperRow> url="/api/security/uppers" fixed={{ direction }} queryKey={[...upwardKey, 'uppers', direction]} label={t(down ? 'down.channels' : 'upward.levels')} rowKey={(x) => x.id} columns={columns} search={t(down ? 'down.channelsSearch' : 'upward.levelsSearch')} exports empty={<EmptyState title={t(down ? 'down.channelsEmpty' : 'upward.levelsEmpty')} note={t(down ? 'down.channelsEmptyNote' : 'upward.levelsEmptyNote')} />} />
      <Drawer title={t(down ? 'down.add' : 'upward.add')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><UpwardLevelForm direction={direction} close={() => setOpen(false)} /></Drawer>
    </div>
  )
}
