import { useQuery } from '@tanstack/react-query'
import { Card, Select } from 'antd'
import { useSearchParams } from 'react-router'
import { api, EmptyState, Failure, Figure, Figures, Loading, PageHeader, PlainTable, read, useFormat, useSession, useText, type Schema } from '../../kernel'
import { incidentKey, useIncidentTexts, type Level } from './incidentData'

type Group = Schema<'IncidentGroup'>
type Spread = Schema<'IncidentSpread'>
const steps = ['triage', 'contain', 'recover', 'close'] as const

/** How many incidents there are, how long they took, and whether reports were in time. */
export default function IncidentFigures() {
  const t = useIncidentTexts()
  const [params, setParams] = useSearchParams()
  const present = new Date().getFullYear()
  const year = Number(params.get('year') ?? 0)
  const bureau = useSession().organisation.kind === 'bureau'
  const { data, error, refetch } = useQuery({ queryKey: [...incidentKey, 'figures', year], queryFn: () => read(api.GET('/api/security/incidents/figures', { params: { query: { year } } })) })
  if (error) return <><PageHeader title={t('incident.figures')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!data) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('incident.figures')} note={t('incident.figure.note')}
        actions={<Select aria-label={t('incident.field.year')} value={year} onChange={(y) => setParams(y ? { year: String(y) } : {}, { replace: true })} options={[{ value: 0, label: t('incident.all') }, ...[0, 1, 2].map((n) => ({ value: present - n, label: String(present - n) }))]} />}
      />
      {!bureau && <Board title={t('incident.figure.own')} group={data.own} />}
      {data.city ? <Board title={t('incident.figure.city')} group={data.city} /> : <Card size="small" title={t('incident.figure.city')}><EmptyState title={t('incident.figure.few', { n: data.fewest })} /></Card>}
      {data.district.length > 0 && <Groups title={t('incident.figure.districts')} what={t('incident.field.district')} groups={data.district} />}
      {(data.industry.length > 0 || data.unsaid > 0) && <Groups title={t('incident.figure.industries')} what={t('incident.field.industry')} groups={data.industry} note={data.unsaid > 0 ? t('incident.figure.unsaid', { n: data.unsaid }) : undefined} />}
    </div>
  )
}

function Board({ title, group: g }: { title: string; group: Group }) {
  const t = useIncidentTexts()
  const f = useFormat()
  const length = useLength()
  const open = g.open.reduce((sum, x) => sum + x.count, 0)
  return (
    <Card size="small" title={title}>
      <div className="lh-stack">
        <Figures>
          <Figure label={t('incident.figure.open')} value={f.number(open, 0)} note={g.open.filter((x) => x.count > 0).map((x) => `${t(`incident.levels.l${x.level as Level}`)} ${x.count}`).join(' · ')} />
          <Figure label={t('incident.figure.incidents')} value={f.number(g.incidents, 0)} />
          <Figure label={t('incident.figure.onTime')} value={g.reports ? `${g.on_time} / ${g.reports}` : '—'} />
          <Figure label={t('incident.figure.rejected')} value={f.number(g.rejected, 0)} />
          <Figure label={t('incident.figure.reopened')} value={f.number(g.reopened, 0)} />
        </Figures>
        <PlainTable<{ step: (typeof steps)[number]; of: Spread }>
          label={title} rowKey={(r) => r.step} dataSource={steps.map((step) => ({ step, of: g[step] }))}
          columns={[
            { title: t('incident.figure.step'), render: (_, r) => t(`incident.figure.${r.step}`) },
            { title: t('incident.figure.count'), align: 'right', render: (_, r) => <span className="lh-number">{f.number(r.of.count, 0)}</span> },
            ...(['median', 'p90', 'p99'] as const).map((q) => ({ title: t(`incident.figure.${q}`), align: 'right' as const, render: (_: unknown, r: { of: Spread }) => <span className="lh-number">{r.of.count ? length(r.of[q]) : '—'}</span> })),
          ]}
        />
      </div>
    </Card>
  )
}

function Groups({ title, what, groups, note }: { title: string; what: string; groups: Group[]; note?: string | undefined }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const length = useLength()
  return (
    <Card size="small" title={title}>
      {groups.length > 0 && <PlainTable<Group>
        label={title} rowKey={(g) => g.key} dataSource={groups}
        columns={[
          { title: what, render: (_, g) => <span className="lh-wrap">{text(g.name)}</span> },
          { title: t('incident.figure.incidents'), align: 'right', render: (_, g) => <span className="lh-number">{f.number(g.incidents, 0)}</span> },
          { title: t('incident.figure.onTime'), align: 'right', render: (_, g) => <span className="lh-number">{g.reports ? `${g.on_time} / ${g.reports}` : '—'}</span> },
          { title: `${t('incident.figure.contain')} (${t('incident.figure.median')})`, align: 'right', responsive: ['md'], render: (_, g) => <span className="lh-number">{g.contain.count ? length(g.contain.median) : '—'}</span> },
          { title: `${t('incident.figure.close')} (${t('incident.figure.median')})`, align: 'right', responsive: ['md'], render: (_, g) => <span className="lh-number">{g.close.count ? length(g.close.median) : '—'}</span> },
        ]}
      />}
      {note && <p className="lh-muted">{note}</p>}
    </Card>
  )
}

/** Minutes in the unit that people think in. */
function useLength() {
  const t = useIncidentTexts()
  const f = useFormat()
  return (minutes: number) => {
    if (minutes < 120) return t('incident.minutes', { n: f.number(minutes, 0) })
    return minutes < 2880 ? t('incident.hours', { n: f.number(minutes / 60, 1) }) : t('incident.days', { n: f.number(minutes / 1440, 1) })
  }
}
