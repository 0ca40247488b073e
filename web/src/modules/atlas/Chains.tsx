import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, SyntheticMark, useFormat, useLive, useMay, useText, type Column } from '../../kernel'
import { ChainFile } from './ChainFile'
import { roomKey, topic, type ChainRow } from './data'
import { useAtlasTexts } from './texts'
import './atlas.css'

/** The industrial chains of the city. */
export default function Chains() {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const [open, setOpen] = useState(false)
  useLive(topic, roomKey)
  const columns: Column<ChainRow>[] = [
    { key: 'name', title: t('chains.name'), sort: 'name', render: (c) => <span><Link to={`/atlas/chains/${c.id}`}>{text(c.name)}</Link> {c.synthetic && <SyntheticMark />}</span> },
    { key: 'stages', title: t('chains.stages'), sort: 'stages', align: 'right', render: (c) => <span className="lh-number">{f.number(c.stages, 0)}</span> },
    { key: 'version', title: t('chains.version'), align: 'right', from: 'sm', render: (c) => <span className="lh-number">{f.number(c.version, 0)}</span> },
    { key: 'updated_at', title: t('chains.updated'), sort: 'updated_at', from: 'md', render: (c) => <span className="lh-number">{f.time(c.updated_at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('chains.title')} note={t('chains.note')}
        actions={
          <>
            {may('atlas.propose') && <LinkButton to="/atlas/proposals">{t('chains.proposals')}</LinkButton>}
            {may('atlas.edit') && <Button type="primary" onClick={() => setOpen(true)}>{t('chains.bring')}</Button>}
          </>
        }
      />
      <DataTable<ChainRow>
        url="/api/atlas/chains" queryKey={[...roomKey, 'chains']} label={t('chains.title')} rowKey={(c) => c.id} columns={columns} search={t('chains.search')} exports
        empty={<EmptyState title={t('chains.empty')} note={t('chains.emptyNote')} />}
      />
      <Drawer open={open} onClose={() => setOpen(false)} title={t('chains.bring')} size="large" destroyOnHidden>
        <ChainFile mode="new" done={() => setOpen(false)} />
      </Drawer>
    </div>
  )
}
