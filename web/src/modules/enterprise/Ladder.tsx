import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Collapse, Input } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useMay, useSession, useText } from '../../kernel'
import { cultivationKey, useDefinition, type Edition } from './cultivation'
import { checkedTone } from './diagnosis'
import { RuleText } from './RuleText'
import { useEnterpriseTexts } from './texts'
import './policy.css'

/** One ladder with its editions: what a draft would come to, publishing it, retiring the ladder. */
export default function LadderPage() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const definition = useDefinition(id)
  if (definition.error) return <><PageHeader title={t('cultivation.tabs.ladders')} /><Failure problem={definition.error} retry={() => void definition.refetch()} /></>
  if (!definition.data) return <Loading />
  const d = definition.data
  const newest = d.editions[0]!
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(d.title)} marks={<StatusTag tone={d.retired ? 'bad' : d.in_force ? 'good' : 'idle'}>{t(d.retired ? 'cultivation.retired' : d.in_force ? 'cultivation.inForce' : 'cultivation.notInForce')}</StatusTag>}
        actions={<>
          {d.draft && <Draft edition={newest} />}
          {!d.draft && d.own && may('enterprise.cultivation.define') && <LinkButton to={`/enterprise/cultivation/ladders/new?edition=${id}`}>{t('cultivation.newEdition')}</LinkButton>}
          {may('enterprise.cultivation.define') && <LinkButton to={`/enterprise/cultivation/ladders/new?copy=${id}`}>{t('cultivation.copy')}</LinkButton>}
          <Retire id={id} retired={d.retired !== undefined} />
        </>}
      />
      {d.retired && <Alert type="warning" showIcon title={t('cultivation.retiredNote', { by: d.retired.by, at: f.time(d.retired.at) })} description={d.retired.reason} />}
      {d.draft && <Reach id={id} />}
      {d.editions.map((e) => <EditionCard key={e.edition} edition={e} own={d.own} now={e.edition === d.in_force} />)}
    </div>
  )
}

/** What may be done with a draft. */
function Draft({ edition: e }: { edition: Edition }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const go = useNavigate()
  const publish = useChange({
    run: () => read(api.POST('/api/enterprise/cultivation/definitions/{id}/publication', { params: { path: { id: e.ladder }, header: ifMatch(e.version) } })),
    refresh: [cultivationKey], done: t('cultivation.publishedNow'), quiet: true,
  })
  const discard = useChange({
    run: () => read(api.DELETE('/api/enterprise/cultivation/definitions/{id}/draft', { params: { path: { id: e.ladder } } })),
    refresh: [cultivationKey], quiet: true, after: () => void go('/enterprise/cultivation?tab=ladders'),
  })
  return (
    <>
      <Confirm title={t('cultivation.publish')} note={t('cultivation.publishNote', { by: e.changed_by })} label={t('cultivation.publish')} danger={false} button={{ type: 'primary' }} run={() => publish.mutateAsync()} />
      {may('enterprise.cultivation.define') && <LinkButton to={`/enterprise/cultivation/ladders/${e.ladder}/edit`}>{t('cultivation.editDraft')}</LinkButton>}
      {may('enterprise.cultivation.define') && <Confirm title={t('cultivation.discard')} note={t('cultivation.discardNote')} label={t('cultivation.discard')} run={() => discard.mutateAsync()} />}
    </>
  )
}

function Retire({ id, retired }: { id: string; retired: boolean }) {
  const t = useEnterpriseTexts()
  const [reason, set] = useState('')
  const retire = useChange({ run: () => read(api.POST('/api/enterprise/cultivation/definitions/{id}/retirement', { params: { path: { id } }, body: { reason } })), refresh: [cultivationKey], quiet: true })
  const back = useChange({ run: () => read(api.DELETE('/api/enterprise/cultivation/definitions/{id}/retirement', { params: { path: { id } } })), refresh: [cultivationKey] })
  if (retired) return <Button loading={back.isPending} onClick={() => back.mutate()}>{t('cultivation.bringBack')}</Button>
  return (
    <Confirm title={t('cultivation.retire')} note={<p>{t('cultivation.retireNote')}</p>} label={t('cultivation.retire')} disabled={reason.trim() === ''} run={() => retire.mutateAsync()}>
      <Input.TextArea aria-label={t('cultivation.reason')} placeholder={t('cultivation.reason')} maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} value={reason} onChange={(e) => set(e.target.value)} />
    </Confirm>
  )
}

/** What the draft would come to today, and beside the edition before. */
function Reach({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const reach = useQuery({ queryKey: [...cultivationKey, 'definition', id, 'reach'], queryFn: () => read(api.GET('/api/enterprise/cultivation/definitions/{id}/reach', { params: { path: { id } } })) })
  if (reach.error) return <Failure problem={reach.error} retry={() => void reach.refetch()} />
  if (!reach.data) return <Loading />
  const v = reach.data
  const number = (n: number | undefined) => <span className="lh-number">{n === undefined ? none : f.number(n)}</span>
  return (
    <Card size="small" title={t('cultivation.reach')}>
      <p className="lh-note">{t('cultivation.reachNote', { n: f.number(v.enterprises), on: v.on })}{v.synthetic > 0 && ` ${t('cultivation.reachSynthetic', { n: f.number(v.synthetic) })}`}</p>
      <PlainTable
        label={t('cultivation.reach')} rowKey="code" dataSource={v.rungs}
        expandable={{
          expandedRowRender: (r) => (
            <ul className="lh-policy-lacks">{r.criteria.map((c) => <li key={c.code}>{t('cultivation.reachOf', { criterion: text(c.title), met: f.number(c.met), unknown: f.number(c.unknown), unmet: f.number(c.unmet) })}</li>)}</ul>
          ),
        }}
        columns={[
          { title: t('cultivation.rung'), render: (_, r) => text(r.title) }, { title: t('cultivation.met'), align: 'right', render: (_, r) => number(r.met) },
          { title: t('cultivation.outcomes.unknown'), align: 'right', responsive: ['sm'], render: (_, r) => number(r.unknown) }, { title: t('cultivation.outcomes.unmet'), align: 'right', responsive: ['md'], render: (_, r) => number(r.unmet) },
          { title: t('cultivation.held'), align: 'right', responsive: ['md'], render: (_, r) => number(r.held) },
          ...(v.before > 0 ? [
            { title: t('cultivation.before', { n: v.before }), align: 'right' as const, responsive: ['sm' as const], render: (_: unknown, r: typeof v.rungs[number]) => number(r.before) },
            { title: t('cultivation.gained'), align: 'right' as const, responsive: ['md' as const], render: (_: unknown, r: typeof v.rungs[number]) => number(r.gained) },
            { title: t('cultivation.lost'), align: 'right' as const, responsive: ['md' as const], render: (_: unknown, r: typeof v.rungs[number]) => number(r.lost) },
          ] : []),
        ]}
      />
    </Card>
  )
}

function EditionCard({ edition: e, own, now }: { edition: Edition; own: boolean; now: boolean }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const session = useSession()
  const line = (key: string, label: string, value: React.ReactNode) => ({ key, label, children: value || none })
  const mark = <span className="lh-ladder-marks"><StatusTag tone={e.state === 'draft' ? 'idle' : 'good'}>{t(`cultivation.states.${e.state}`)}</StatusTag>{now && <StatusTag tone="info">{t('cultivation.holdsToday')}</StatusTag>}</span>
  return (
    <Card size="small" title={t('cultivation.editionNumber', { n: e.edition })} extra={mark}>
      <Particulars items={[
        line('source', t('cultivation.field.source'), <><StatusTag tone={checkedTone[e.checked]}>{t(`cultivation.checked.${e.checked}`)}</StatusTag> {text(e.source)}</>),
        line('number', t('policy.field.number'), e.number), line('from', t('cultivation.field.from'), e.effective_from),
        ...(e.link ? [line('link', t('policy.official'), <a href={e.link} rel="noreferrer" target="_blank" className="lh-wrap">{e.link}</a>)] : []),
        ...(own ? [line('changed', t('cultivation.changedBy'), `${e.changed_by} · ${f.time(e.changed_at)}`), line('published', t('cultivation.publishedBy'), e.published_at ? `${e.published_by} · ${f.time(e.published_at)}` : '')] : [line('released', t('cultivation.origin'), t('cultivation.released'))]),
      ]} />
      {e.state === 'draft' && e.changed_by === session.person.name && <p className="lh-note">{t('cultivation.secondLook')}</p>}
      <Collapse ghost size="small" {...(e.state === 'draft' || now ? { defaultActiveKey: e.rungs.map((r) => r.code) } : {})} items={e.rungs.map((r) => ({
        key: r.code, label: text(r.title),
        children: (
          <ul className="lh-policy-list">
            {r.criteria.map((c) => (
              <li key={c.code} className="lh-policy-fit">
                <header><strong>{text(c.title)}</strong>{c.evidence !== 'none' && <StatusTag tone={c.evidence === 'required' ? 'warn' : 'idle'}>{t(`cultivation.evidence.${c.evidence}`)}</StatusTag>}</header>
                <RuleText rule={c.conditions ?? {}} />
                {text(c.asks) && <p className="lh-note">{t('cultivation.asked', { what: text(c.asks) })}</p>}
              </li>
            ))}
          </ul>
        ),
      }))} />
    </Card>
  )
}
