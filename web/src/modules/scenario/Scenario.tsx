import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Input, Select } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import {
  api, Confirm, EmptyState, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Schema,
} from '../../kernel'
import { Words } from './Catalogue'
import { axes, fieldOf, roomKey, statusTone, useScenario, useTaxonomy, type Content, type Edition, type ScenarioDetail } from './data'
import './scenario.css'
import { useScenarioTexts } from './texts'

/** One scenario: its version, what was proven, its versions, and scenarios like it. */
export default function Scenario() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const { data, error, refetch } = useScenario(id)
  if (error) return <><PageHeader title={t('field.title')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page scenario={data} /> : <Loading />
}

function Page({ scenario: s }: { scenario: ScenarioDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const may = useMay()
  const c = s.shown.content
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(c.title)} note={s.owner_id ? text(s.owner) : t('field.city')}
        marks={<><StatusTag tone={statusTone[s.status]}>{t(`statuses.${s.status}`)}</StatusTag>{s.synthetic && <SyntheticMark />}</>}
        actions={
          <>
            <Acts scenario={s} />
            {may('scenario.open') && s.status === 'published' && <LinkButton to={`/scenario/openings/new?scenario=${s.id}`}>{t('scenario.openIt')}</LinkButton>}
          </>
        }
      />
      {s.status === 'withdrawn' && <Alert type="warning" showIcon title={t('scenario.whyWithdrawn', { reason: s.reason })} {...(s.twin_id ? { action: <LinkButton size="small" to={`/scenario/${s.twin_id}`}>{t('scenario.twin')}</LinkButton> } : {})} />}
      {s.open && <Alert type="info" showIcon title={t(s.open.status === 'review' ? 'scenario.waits' : 'scenario.draft', { n: s.open.number })} {...(s.open.reason ? { description: t('scenario.returned', { reason: s.open.reason }) } : {})} />}
      <div className="lh-main-side">
        <div className="lh-stack">
          <About content={c} scenario={s} />
          {s.proven.length > 0 && <Proven scenario={s} />}
          <Versions scenario={s} />
        </div>
        <div className="lh-stack">
          <Classes content={c} />
          {s.status === 'published' && <Uses id={s.id} links={c.links} />}
          <Alike id={s.id} />
        </div>
      </div>
    </div>
  )
}

function Acts({ scenario: s }: { scenario: ScenarioDetail }) {
  const t = useScenarioTexts()
  const [reason, setReason] = useState('')
  const at = { params: { path: { id: s.id }, header: ifMatch(s.version) } }
  const refresh = [roomKey]
  const submit = useChange({ run: () => read(api.POST('/api/scenario/scenarios/{id}/submission', at)), refresh, done: t('scenario.submitted'), quiet: true })
  const recall = useChange({ run: () => read(api.DELETE('/api/scenario/scenarios/{id}/submission', at)), refresh, done: t('scenario.recalled'), quiet: true })
  const decide = useChange({
    run: (decision: 'published' | 'returned') => read(api.POST('/api/scenario/scenarios/{id}/decision', { ...at, body: { decision, ...(reason ? { reason } : {}) } })), refresh, done: t('scenario.decided'), quiet: true, after: () => setReason(''),
  })
  const withdraw = useChange({ run: () => read(api.POST('/api/scenario/scenarios/{id}/withdrawal', { ...at, body: { reason } })), refresh, done: t('scenario.withdrawn'), quiet: true, after: () => setReason('') })
  const why = <Input.TextArea aria-label={t('scenario.reason')} placeholder={t('scenario.reason')} maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} value={reason} onChange={(e) => setReason(e.target.value)} />
  const can = (act: string) => s.acts.includes(act)
  return (
    <>
      {can('write') && <LinkButton to={`/scenario/${s.id}/edit`}>{t(s.open ? 'scenario.continue' : 'scenario.edit')}</LinkButton>}
      {can('submit') && <Confirm title={t('scenario.submit')} label={t('scenario.submit')} danger={false} button={{ type: 'primary' }} run={() => submit.mutateAsync()} />}
      {can('recall') && <Confirm title={t('scenario.recall')} label={t('scenario.recall')} danger={false} run={() => recall.mutateAsync()} />}
      {can('decide') && <Confirm title={t('scenario.publish')} note={<p>{t('scenario.publishNote')}</p>} label={t('scenario.publish')} danger={false} button={{ type: 'primary' }} run={() => decide.mutateAsync('published')} />}
      {can('decide') && <Confirm title={t('scenario.back')} note={<p>{t('scenario.backNote')}</p>} label={t('scenario.back')} danger={false} disabled={reason.trim() === ''} run={() => decide.mutateAsync('returned')}>{why}</Confirm>}
      {can('withdraw') && <Confirm title={t('scenario.withdraw')} note={<p>{t('scenario.withdrawNote')}</p>} label={t('scenario.withdraw')} disabled={reason.trim() === ''} run={() => withdraw.mutateAsync()}>{why}</Confirm>}
    </>
  )
}

function Cost({ content }: { content: Content }) {
  const t = useScenarioTexts()
  const f = useFormat()
  if (!content.cost) return <>{none}</>
  return <span className="lh-two lh-wrap"><span>{t('scenario.yuan', { from: f.number(content.cost.from, 1), to: f.number(content.cost.to, 1) })}</span><span className="lh-muted">{t('scenario.evidence', { what: content.cost.evidence })}</span></span>
}

function About({ content: c, scenario: s }: { content: Content; scenario: ScenarioDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const taxonomy = useTaxonomy()
  return (
    <Card size="small" title={t('scenario.about')}>
      <div className="lh-stack">
        {c.summary && <p className="lh-scenario-text"><strong>{text(c.summary)}</strong></p>}
        {c.text && (c.text.zh || c.text.en) && <p className="lh-scenario-text">{text(c.text)}</p>}
        {c.pictures.length > 0 && (
          <div className="lh-scenario-pictures">
            {c.pictures.map((p) => <figure key={p.id}><img src={`/api/scenario/scenarios/${s.id}/pictures/${p.id}`} alt={p.caption ? text(p.caption) : ''} />{p.caption && <figcaption className="lh-muted">{text(p.caption)}</figcaption>}</figure>)}
          </div>
        )}
        {c.effects.length > 0 && (
          <PlainTable<Content['effects'][number]>
            label={t('field.effects')} rowKey={(e) => `${e.kind} ${e.name.zh} ${e.name.en} ${e.value}`} dataSource={c.effects}
            columns={[
              { title: t('field.figure'), render: (_, e) => <span className="lh-two lh-wrap"><span>{text(e.name)}</span><span className="lh-muted">{taxonomy.title('value', e.kind)}</span></span> },
              { title: t('field.before'), align: 'right', responsive: ['sm'], render: (_, e) => (e.before === undefined ? none : <span className="lh-number">{f.number(e.before, 2)} {e.unit}</span>) },
              { title: t('field.value'), align: 'right', render: (_, e) => <span className="lh-number">{f.number(e.value, 2)} {e.unit}</span> },
              { title: t('field.evidence'), render: (_, e) => <span className="lh-wrap">{e.evidence}</span> },
            ]}
          />
        )}
        <Particulars
          items={[
            { key: 'cost', label: t('field.cost'), children: <Cost content={c} /> },
            { key: 'providers', label: t('field.providers'), children: c.providers.length ? f.list(c.providers.map((p) => text(p.name))) : none },
            { key: 'apps', label: t('field.apps'), children: c.apps.length ? f.list(c.apps) : none },
            { key: 'standards', label: t('field.standards'), children: c.standards.length ? f.list(c.standards) : none },
            { key: 'lists', label: t('scenario.lists'), children: s.lists.length ? s.lists.map((l) => <div key={l.list_id}><Link to="/scenario/lists">{t('scenario.listed', { year: l.year, number: l.number, place: l.place })}</Link></div>) : none },
            { key: 'published', label: t('field.published'), children: s.first_published ? f.date(s.first_published) : none },
          ]}
        />
      </div>
    </Card>
  )
}

function Classes({ content }: { content: Content }) {
  const taxonomy = useTaxonomy()
  return (
    <Card size="small">
      <Particulars items={axes.map((a) => ({ key: a, label: taxonomy.name(a), children: <Words axis={a} codes={a === 'maturity' ? (content.maturity ? [content.maturity] : []) : content[fieldOf[a]]} /> }))} />
    </Card>
  )
}

/** From a scenario on: who does it, and how an enterprise asks for it. */
function Uses({ id, links }: { id: string; links: string[] }) {
  const t = useScenarioTexts()
  const may = useMay()
  const taxonomy = useTaxonomy()
  const ways = (code: string) => [
    { key: 'providers', to: `/enterprise/providers?scenario=${code}`, may: may('enterprise.provider.view') },
    { key: 'need', to: `/enterprise/needs?begin=${code}`, may: may('enterprise.need.act') },
  ] as const
  const shown = links.map((code) => ({ code, ways: ways(code).filter((w) => w.may) })).filter((x) => x.ways.length > 0)
  const needs = may('enterprise.need.view')
  if (shown.length === 0 && !needs) return null
  return (
    <Card size="small" title={t('scenario.uses')} extra={needs && <Link to={`/enterprise/needs/of/${id}`}>{t('scenario.whoNeeds')}</Link>}>
      <Particulars
        items={shown.map((x) => ({
          key: x.code, label: taxonomy.title('link', x.code),
          children: <span className="lh-scenario-ways">{x.ways.map((w) => <Link key={w.key} to={w.to} aria-label={`${taxonomy.title('link', x.code)}: ${t(`scenario.${w.key}`)}`}>{t(`scenario.${w.key}`)}</Link>)}</span>,
        }))}
      />
    </Card>
  )
}

function Proven({ scenario: s }: { scenario: ScenarioDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  return (
    <Card size="small" title={t('scenario.proven')}>
      <PlainTable<ScenarioDetail['proven'][number]>
        label={t('scenario.proven')} rowKey={(p) => `${p.opening_id} ${p.effect.name} ${p.effect.value}`} dataSource={s.proven}
        columns={[
          { title: t('field.figure'), render: (_, p) => <span className="lh-two lh-wrap"><span>{p.effect.name}</span><Link to={`/scenario/openings/${p.opening_id}`}>{text(p.enterprise)}</Link></span> },
          { title: t('field.before'), align: 'right', responsive: ['sm'], render: (_, p) => (p.effect.before === undefined ? none : <span className="lh-number">{f.number(p.effect.before, 2)} {p.effect.unit}</span>) },
          { title: t('field.value'), align: 'right', render: (_, p) => <span className="lh-number">{f.number(p.effect.value, 2)} {p.effect.unit}</span> },
          { title: t('field.evidence'), render: (_, p) => <span className="lh-wrap">{p.effect.evidence}</span> },
        ]}
      />
    </Card>
  )
}

function Versions({ scenario: s }: { scenario: ScenarioDetail }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const [other, setOther] = useState<number>()
  const choices = s.versions.filter((v) => v.number !== s.shown.number)
  return (
    <Card
      size="small" title={t('scenario.versions')}
      extra={choices.length > 0 && <Select aria-label={t('scenario.compare')} allowClear size="small" placeholder={t('scenario.compare')} value={other ?? null} onChange={(n) => setOther(n ?? undefined)} options={choices.map((v) => ({ value: v.number, label: t('scenario.compareWith', { n: v.number }) }))} popupMatchSelectWidth={false} />}
    >
      <PlainTable<ScenarioDetail['versions'][number]>
        label={t('scenario.versions')} rowKey="number" dataSource={s.versions}
        columns={[
          { title: t('field.version'), render: (_, v) => <span className="lh-number">{v.number}</span> },
          { title: t('field.status'), render: (_, v) => <StatusTag tone={statusTone[v.status as Edition['status']]}>{t(`statuses.${v.status as Edition['status']}`)}</StatusTag> },
          { title: t('field.author'), responsive: ['sm'], render: (_, v) => v.author_name },
          { title: t('field.written'), render: (_, v) => <span className="lh-number">{f.time(v.written_at)}</span> },
          { title: t('field.decided'), responsive: ['md'], render: (_, v) => <span className="lh-number">{f.time(v.decided_at)}</span> },
        ]}
      />
      {other !== undefined && <Compared id={s.id} from={Math.min(other, s.shown.number)} to={Math.max(other, s.shown.number)} />}
    </Card>
  )
}

/** Two versions side by side, where they differ. */
function Compared({ id, from, to }: { id: string; from: number; to: number }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const taxonomy = useTaxonomy()
  const { data, error, refetch } = useQuery({ queryKey: [...roomKey, 'compared', id, from, to], queryFn: () => read(api.GET('/api/scenario/scenarios/{id}/comparison', { params: { path: { id }, query: { from, to } } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.differs.length === 0) return <p className="lh-note">{t('scenario.same')}</p>
  const shown = (c: Content, field: string) => {
    const axis = axes.find((a) => (a === 'maturity' ? 'maturity' : fieldOf[a]) === field)
    if (axis) return f.list((axis === 'maturity' ? (c.maturity ? [c.maturity] : []) : c[fieldOf[axis]]).map((w) => taxonomy.title(axis, w)))
    switch (field) {
      case 'title': case 'summary': case 'text': { const x = c[field]; return x ? [x.zh, x.en].filter(Boolean).join('\n') : '' }
      case 'cost': return c.cost ? `${t('scenario.yuan', { from: f.number(c.cost.from, 1), to: f.number(c.cost.to, 1) })}\n${c.cost.evidence}` : ''
      case 'effects': return c.effects.map((e) => t('form.aside', { what: `${text(e.name)} ${e.before === undefined ? '' : `${f.number(e.before, 2)} → `}${f.number(e.value, 2)} ${e.unit}`, more: e.evidence })).join('\n')
      case 'providers': return f.list(c.providers.map((p) => text(p.name)))
      case 'apps': case 'standards': return f.list(c[field])
      default: return String(c.pictures.length)
    }
  }
  return (
    <PlainTable<{ field: string }>
      label={t('scenario.differs')} rowKey="field" dataSource={data.differs.map((field) => ({ field }))}
      columns={[
        { title: t('scenario.differs'), render: (_, x) => t(`field.${x.field as keyof Content}`) },
        { title: `${t('field.version')} ${data.from.number}`, render: (_, x) => <span className="lh-scenario-text">{shown(data.from.content, x.field) || none}</span> },
        { title: `${t('field.version')} ${data.to.number}`, render: (_, x) => <span className="lh-scenario-text">{shown(data.to.content, x.field) || none}</span> },
      ]}
    />
  )
}

function Alike({ id }: { id: string }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const taxonomy = useTaxonomy()
  const { data, error, refetch } = useQuery({ queryKey: [...roomKey, 'alike', id], queryFn: () => read(api.GET('/api/scenario/scenarios/{id}/alike', { params: { path: { id } } })) })
  const shared = (x: Schema<'ScenarioAlike'>) => f.list(x.shared.map((p) => { const [axis, word] = p.split('/') as [(typeof axes)[number], string]; return taxonomy.title(axis, word) }))
  return (
    <Card size="small" title={t('scenario.alike')}>
      {error ? <Failure problem={error} retry={() => void refetch()} /> : !data ? <Loading /> : data.items.length === 0 ? <EmptyState title={t('scenario.noAlike')} /> : (
        <div className="lh-stack">
          {data.items.map((x) => (
            <div key={x.id} className="lh-two lh-wrap">
              <Link to={`/scenario/${x.id}`}>{text(x.title)}</Link>
              <span className="lh-muted">{t('scenario.likeness', { n: f.number(x.likeness * 100, 0) })} · {t('scenario.sharedWords', { words: shared(x) || none })}</span>
            </div>
          ))}
        </div>
      )}
    </Card>
  )
}
