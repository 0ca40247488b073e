import { Card, Flex } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { api, Failure, Figure, Figures, Loading, none, PageHeader, PlainTable, read, StatusTag, useFormat, useLive, useText, type Tone } from '../../kernel'
import type { Component, Replica, State } from './data'
import { useSystemTexts } from './texts'

const tones: Record<State, Tone> = { good: 'good', degraded: 'warn', down: 'bad' }

const healthKey = ['system', 'health']

/** How the installation is: every part with its state, since when, and what to do. */
export default function Health() {
  const t = useSystemTexts()
  const f = useFormat()
  const { data, error, refetch } = useQuery({ queryKey: healthKey, queryFn: () => read(api.GET('/api/system/health')), refetchInterval: 10_000 })
  useLive('system.health', healthKey)
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const uptime = sinceStart(data.started_at, data.at)
  const ill = data.components.filter((c) => c.state !== 'good')
  return (
    <>
      <PageHeader title={t('health.title')} note={t('health.note')} marks={<StatusTag tone={tones[data.state]}>{t(`health.overall.${data.state}`)}</StatusTag>} />
      <Flex vertical gap={16}>
        <Figures>
          <Figure label={t('health.components')} value={`${data.components.length - ill.length} / ${data.components.length}`} note={t('health.componentsNote')} />
          <Figure label={t('health.replicas')} value={data.replicas.filter((r) => !r.silent).length} note={data.replicas.some((r) => r.silent) ? t('health.someSilent') : undefined} />
          <Figure label={t('health.version')} value={data.version} note={t(`health.engine.${data.engine}`)} />
          <Figure label={t('health.uptime')} value={f.number(uptime.count)} unit={t(`health.unit.${uptime.unit}`)} note={t('health.since', { time: f.time(data.started_at) })} />
        </Figures>
        {ill.map((c) => <Ill key={c.id} component={c} />)}
        <Card size="small" title={t('health.all')}>
          <Components items={data.components} />
        </Card>
        <Card size="small" title={t('health.replicas')}>
          <Replicas items={data.replicas} here={data.replica} />
        </Card>
        <p className="lh-muted lh-prose">{t('health.doctor')} <code>linghang doctor</code></p>
      </Flex>
    </>
  )
}

/** How long a process runs, in the largest unit that says something. */
function sinceStart(from: string, to: string) {
  const minutes = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 60_000))
  if (minutes >= 2 * 1440) return { count: Math.floor(minutes / 1440), unit: 'days' } as const
  if (minutes >= 120) return { count: Math.floor(minutes / 60), unit: 'hours' } as const
  return { count: minutes, unit: 'minutes' } as const
}

/** A part that is not well: what is the matter and what to do. */
function Ill({ component }: { component: Component }) {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const mend = text(component.mend)
  return (
    <Card size="small" title={<StatusTag tone={tones[component.state]}>{text(component.title)} · {t(`health.state.${component.state}`)}</StatusTag>}>
      <div>{text(component.note) || none}</div>
      {mend && <div><strong>{t('health.whatToDo')}</strong> {mend}</div>}
      <div className="lh-muted">{t('health.since', { time: f.time(component.since) })}</div>
    </Card>
  )
}

function Components({ items }: { items: Component[] }) {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  return (
    <PlainTable<Component>
      label={t('health.all')} rowKey="id" dataSource={items}
      columns={[
        {
          key: 'title', title: t('health.component'),
          render: (_, c) => <span className="lh-two"><span>{text(c.title)}</span><span className="lh-code">{c.id}</span></span>,
        },
        { key: 'state', title: t('field.state'), render: (_, c) => <StatusTag tone={tones[c.state]}>{t(`health.state.${c.state}`)}</StatusTag> },
        { key: 'note', title: t('health.says'), responsive: ['sm'], render: (_, c) => <span className="lh-prose">{text(c.note) || none}</span> },
        { key: 'since', title: t('health.sinceColumn'), responsive: ['md'], render: (_, c) => <span className="lh-number">{f.time(c.since)}</span> },
      ]}
    />
  )
}

function Replicas({ items, here }: { items: Replica[]; here: string }) {
  const t = useSystemTexts()
  const f = useFormat()
  return (
    <PlainTable<Replica>
      label={t('health.replicas')} rowKey="id" dataSource={items}
      columns={[
        {
          key: 'host', title: t('health.host'),
          render: (_, r) => <span className="lh-two"><span>{r.host}{r.id === here && ` (${t('health.here')})`}</span><span className="lh-code">{r.id}</span></span>,
        },
        {
          key: 'state', title: t('field.state'),
          render: (_, r) => (r.silent ? <StatusTag tone="bad">{t('health.silent')}</StatusTag> : <StatusTag tone={tones[r.state]}>{t(`health.state.${r.state}`)}</StatusTag>),
        },
        { key: 'version', title: t('health.version'), responsive: ['sm'], render: (_, r) => <span className="lh-code">{r.version}</span> },
        { key: 'started', title: t('health.started'), responsive: ['md'], render: (_, r) => <span className="lh-number">{f.time(r.started_at)}</span> },
        { key: 'seen', title: t('health.seen'), responsive: ['md'], render: (_, r) => <span className="lh-number">{f.time(r.seen_at)}</span> },
      ]}
    />
  )
}
