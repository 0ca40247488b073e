import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, read, StatusTag, useChange, useFormat, useLive, useMay, useText } from '../../kernel'
import { mark } from './intelTexts'
import { useNoticeTexts } from './noticeTexts'
import { SecondPerson, SecondPersons } from './SecondPerson'
import { UpwardFiles } from './UpwardFiles'
import { UpwardLevelForm } from './UpwardLevelForm'
import { UpwardReports } from './UpwardReports'
import { faultWord, upperState, upperTone, upwardKey, useUpwardTexts, type UpperRow } from './upwardTexts'

/** One upper level: how it stands, and what was reported to it. */
export default function UpwardLevel() {
  const { id = '' } = useParams()
  const t = useUpwardTexts()
  useLive('security.upward', upwardKey)
  const { data: x, error, refetch } = useQuery({ queryKey: [...upwardKey, 'upper', id], queryFn: () => read(api.GET('/api/security/uppers/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('upward.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!x) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={x.name} note={x.root || t(`upward.ways.${x.way}`)} marks={<StatusTag tone={upperTone[upperState(x)]}>{t(`upward.upperStates.${upperState(x)}`)}</StatusTag>} actions={<Acts upper={x} />} />
      <SecondPerson of={x} refresh={upwardKey} confirm={() => read(api.POST('/api/security/uppers/{id}/confirmation', { params: { path: { id: x.id }, header: ifMatch(x.version) } }))} />
      <About upper={x} />
      {x.way === 'file' && <UpwardFiles upper={x} />}
      <UpwardReports upper={x.id} direction={x.direction ?? 'up'} />
    </div>
  )
}

function Acts({ upper: x }: { upper: UpperRow }) {
  const t = useUpwardTexts()
  const may = useMay()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const path = { params: { path: { id: x.id } } }
  const again = useChange({ run: () => read(api.POST('/api/security/uppers/{id}/sending', path)), refresh: [upwardKey], done: t('upward.asked') })
  const remove = useChange({ run: () => read(api.DELETE('/api/security/uppers/{id}', path)), refresh: [upwardKey], done: t('upward.removed'), quiet: true, after: () => void navigate(x.direction === 'down' ? '/security/downward/channels' : '/security/upward/levels') })
  return (
    <>
      {may('security.upward.manage') && <Confirm title={t('upward.removeAsk', { name: x.name })} label={t('upward.remove')} run={() => remove.mutateAsync()} />}
      {may('security.upward.manage') && <Button onClick={() => setOpen(true)}>{t('upward.edit')}</Button>}
      {x.way === 'taxii' && may('security.upward.release') && <Button type="primary" disabled={x.paused || !x.confirmed || x.open === 0} loading={again.isPending} onClick={() => again.mutate()}>{t('upward.sendNow')}</Button>}
      <Drawer title={t('upward.edit')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><UpwardLevelForm upper={x} direction={x.direction ?? 'up'} close={() => setOpen(false)} /></Drawer>
    </>
  )
}

function About({ upper: x }: { upper: UpperRow }) {
  const t = useUpwardTexts()
  const text = useText()
  const down = x.direction === 'down'
  const { data: organisations } = useQuery({ queryKey: ['organisations', 'choice'], queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })), enabled: down })
  const called = (id: string) => { const o = organisations?.items.find((one) => one.id === id); return o ? text(o.name) : id }
  const words = useNoticeTexts()
  const f = useFormat()
  const time = (at: string | undefined) => (at ? <span className="lh-number">{f.time(at)}</span> : none)
  return (
    <Card size="small" title={t(down ? 'down.about' : 'upward.about')}>
      <Particulars
        items={[
          ...(x.fault ? [{ key: 'fault', label: t('upward.upperStates.bad'), children: <span className="lh-two lh-wrap"><span>{faultWord(t, x.fault)}</span><span className="lh-muted lh-break">{x.fault_text}</span></span> }] : []),
          ...(x.way === 'taxii' ? [
            { key: 'collection', label: t('upward.field.collection'), children: <span className="lh-code lh-break">{x.collection}</span> },
            { key: 'auth', label: t('upward.field.auth'), children: `${t(`feed.auths.${x.auth}`)}${x.user ? ` (${x.user})` : ''}` },
          ] : [{ key: 'channel', label: t('upward.channel'), children: <span className="lh-code lh-break">{x.id}</span> }]),
          ...(down ? [{ key: 'recipients', label: t('down.recipients'), children: <span className="lh-wrap">{f.list((x.recipients ?? []).map(called))}</span> }] : []),
          { key: 'tlp', label: t('upward.field.tlp'), children: mark(x.most_tlp) },
          { key: 'levels', label: t(down ? 'down.levels' : 'upward.field.levels'), children: x.levels.length > 0 ? f.list(x.levels.map((l) => words(`notice.levels.l${l as 1 | 2 | 3 | 4}`))) : t(down ? 'down.noLevels' : 'upward.noLevels') },
          { key: 'by', label: t('second.by'), children: <SecondPersons of={x} /> },
          { key: 'open', label: t('upward.field.open'), children: <span className="lh-number">{f.number(x.open, 0)}</span> },
          { key: 'ran', label: t('upward.field.ran'), children: time(x.run_at) },
          { key: 'good', label: t('upward.field.good'), children: time(x.good_at) },
          ...(x.way === 'taxii' ? [{ key: 'next', label: t('upward.field.next'), children: x.paused || x.open === 0 ? none : time(x.next_at) }] : []),
        ]}
      />
    </Card>
  )
}
