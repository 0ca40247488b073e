import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Segmented } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, EmptyState, Failure, Loading, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { Now } from './OnCall'
import { OverrideForm } from './OverrideForm'
import { RotaForm } from './RotaForm'
import { rotasKey, useRota, type RotaDetail, type RotaOverride, type RotaShift } from './rotas'
import { RotaTimeline } from './RotaTimeline'
import { later, weekOf } from './spans'
import { usePlatformTexts } from './texts'

/** The beginning of this week by the reader's clock. */
const thisWeek = () => weekOf(new Date())

/** One rota: its timeline, its shifts in words, and who stands in. */
export default function Rota() {
  const { id } = useParams()
  const t = usePlatformTexts()
  const text = useText()
  const [weeks, setWeeks] = useState<1 | 4>(1)
  const [from, setFrom] = useState(thisWeek)
  const days = 7 * weeks
  const rota = useRota(id!, from, later(from, days))
  if (rota.error) return <Failure problem={rota.error} retry={() => void rota.refetch()} />
  if (!rota.data) return <Loading />
  const r = rota.data
  const move = (n: number) => setFrom(later(from, n * days))
  return (
    <div className="lh-stack">
      <PageHeader title={text(r.name)} note={t('duty.rotaNote', { organisation: text(r.organisation.name), zone: r.zone })} actions={<Actions rota={r} />} />
      <Card size="small"><div className="lh-rota-bar"><span className="lh-muted">{t('duty.now')}</span><strong><Now on={r.now} /></strong></div></Card>
      <Card size="small" title={t('duty.schedule')}>
        <div className="lh-stack">
          <div className="lh-rota-bar">
            <Segmented aria-label={t('duty.span')} value={weeks} onChange={(n) => setWeeks(n as 1 | 4)} options={[{ value: 1, label: t('duty.week') }, { value: 4, label: t('duty.weeks') }]} />
            <Button icon={<LeftOutlined />} aria-label={t('duty.before')} onClick={() => move(-1)} />
            <Button onClick={() => setFrom(thisWeek())}>{t('duty.today')}</Button>
            <Button icon={<RightOutlined />} aria-label={t('duty.after')} onClick={() => move(1)} />
          </div>
          <RotaTimeline rota={r} days={days} />
          <Gaps rota={r} />
          <Shifts shifts={r.shifts} />
        </div>
      </Card>
      <Overrides rota={r} />
    </div>
  )
}

function Actions({ rota: r }: { rota: RotaDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const go = useNavigate()
  const [editing, edit] = useState(false)
  const [standing, stand] = useState(false)
  const remove = useChange({ run: () => read(api.DELETE('/api/platforms/alerting/rotas/{id}', { params: { path: { id: r.id } } })), refresh: [rotasKey], done: t('duty.removed'), after: () => void go('/platforms/on-call'), quiet: true })
  return (
    <>
      {(r.may_stand_in || r.may_edit) && <Button type="primary" onClick={() => stand(true)}>{t('duty.standIn')}</Button>}
      {r.may_edit && <Button onClick={() => edit(true)}>{t('duty.edit')}</Button>}
      {r.may_edit && <Confirm title={t('duty.removeTitle', { name: text(r.name) })} note={t('duty.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync(undefined)} />}
      <OverrideForm rota={r} open={standing} close={() => stand(false)} />
      <RotaForm rota={r} open={editing} close={() => edit(false)} />
    </>
  )
}

/** Gaps in words. */
function Gaps({ rota: r }: { rota: RotaDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const gaps = r.shifts.filter((s) => s.gap)
  if (gaps.length === 0) return <span className="lh-muted">{t('duty.noGaps')}</span>
  const shown = gaps.slice(0, 5).map((s) => `${f.time(s.from)} – ${f.time(s.to)}${s.gap === 'unable' ? ` ${s.person.name ?? ''} ${t('duty.gaps.unable')}` : ''}`)
  return <Alert type="warning" showIcon title={t('duty.gapsTitle', { count: gaps.length, hours: f.number(r.gaps_seconds / 3600, 1) })} description={<>{shown.map((s) => <div key={s}>{s}</div>)}{gaps.length > shown.length && <div>{t('duty.more', { count: gaps.length - shown.length })}</div>}</>} />
}

function Shifts({ shifts }: { shifts: RotaShift[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const why = (s: RotaShift) => (s.override ? t('duty.override') : s.layer ? t('duty.layerN', { n: s.layer }) : t('duty.gaps.nobody'))
  return (
    <PlainTable<RotaShift>
      label={t('duty.shifts')}
      rowKey="from"
      dataSource={shifts}
      pagination={shifts.length > 14 ? { pageSize: 14, showSizeChanger: false } : false}
      columns={[
        { key: 'from', title: t('duty.from'), render: (_, s) => <span className="lh-number">{f.time(s.from)}</span> },
        { key: 'to', title: t('duty.to'), render: (_, s) => <span className="lh-number">{f.time(s.to)}</span> },
        { key: 'who', title: t('duty.who'), render: (_, s) => (s.gap === 'nobody' ? <StatusTag tone="bad">{t('duty.gap')}</StatusTag> : <>{s.person.name}{s.gap && <> <StatusTag tone="bad">{t('duty.gaps.unable')}</StatusTag></>}</>) },
        { key: 'why', title: t('duty.by'), responsive: ['sm'], render: (_, s) => why(s) },
      ]}
    />
  )
}

function Overrides({ rota: r }: { rota: RotaDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const end = useChange({ run: (override: string) => read(api.DELETE('/api/platforms/alerting/rotas/{id}/overrides/{override}', { params: { path: { id: r.id, override } } })), refresh: [rotasKey], done: t('duty.overrideEnded'), quiet: true })
  return (
    <Card size="small" title={t('duty.overrides')}>
      {r.overrides.length === 0 ? <EmptyState title={t('duty.noOverrides')} note={t('duty.noOverridesNote')} /> : (
        <PlainTable<RotaOverride>
          label={t('duty.overrides')}
          rowKey="id"
          dataSource={r.overrides}
          columns={[
            { key: 'who', title: t('duty.who'), render: (_, o) => <span className="lh-two"><span>{o.person.name}</span><span className="lh-wrap">{o.reason}</span></span> },
            { key: 'from', title: t('duty.from'), render: (_, o) => <span className="lh-number">{f.time(o.from)}</span> },
            { key: 'to', title: t('duty.to'), render: (_, o) => <span className="lh-number">{f.time(o.to)}</span> },
            { key: 'author', title: t('duty.author'), responsive: ['md'], render: (_, o) => o.author },
            { key: 'act', title: '', render: (_, o) => (o.may_end ? <Confirm title={t('duty.endTitle')} label={t('duty.end')} run={() => end.mutateAsync(o.id)} button={{ size: 'small' }} /> : null) },
          ]}
        />
      )}
    </Card>
  )
}
