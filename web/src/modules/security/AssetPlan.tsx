import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Flex } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, ifMatch, LinkButton, Loading, none, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useText, type Column } from '../../kernel'
import { PlanDifference } from './AssetPlanDifference'
import { AboutPlan, PlanState } from './AssetPlans'
import { usePlanTexts, type Plan, type Revision, type Thing } from './planTexts'
import { useDeclares, useWeaknessTexts, weaknessKey } from './weaknesses'

/** A plan: its revisions, which of them counts, and what they say. */
export default function AssetPlan() {
  const t = usePlanTexts()
  const text = useText()
  const mine = useDeclares()
  const { id = '' } = useParams()
  const { data: p, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'plan', id], queryFn: () => read(api.GET('/api/security/asset-plans/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('plan.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!p) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={p.name} note={p.note || text(p.enterprise)} marks={<><PlanState plan={p} />{p.synthetic && <SyntheticMark />}</>} actions={mine && <Acts plan={p} />} />
      {mine && !p.ended && p.newest > p.released && <Alert type="info" showIcon title={t('plan.notReleased', { n: p.newest })} />}
      <Revisions plan={p} />
      <Content plan={p} />
    </div>
  )
}

function Acts({ plan: p }: { plan: Plan }) {
  const t = usePlanTexts()
  const go = useNavigate()
  const [editing, setEditing] = useState(false)
  const put = (body: { name: string; note: string; ended: boolean }) => read(api.PUT('/api/security/asset-plans/{id}', { params: { path: { id: p.id }, header: ifMatch(p.version) }, body }))
  const change = useChange({ run: put, refresh: [weaknessKey], done: t('plan.saved'), quiet: true, after: () => setEditing(false) })
  const remove = useChange({ run: () => read(api.DELETE('/api/security/asset-plans/{id}', { params: { path: { id: p.id } } })), refresh: [weaknessKey], done: t('plan.saved'), quiet: true, after: () => void go('/security/assets/inventory?tab=plans') })
  const about = { name: p.name, note: p.note }
  return (
    <>
      {(p.ended || p.released === 0) && <Confirm title={t('plan.act.remove')} label={t('plan.act.remove')} note={<p>{t('plan.act.removeNote')}</p>} run={() => remove.mutateAsync()} />}
      {p.ended ? <Button onClick={() => change.mutate({ ...about, ended: false })}>{t('plan.act.resume')}</Button> : <Confirm title={t('plan.act.end')} label={t('plan.act.end')} note={<p>{t('plan.act.endNote')}</p>} run={() => change.mutateAsync({ ...about, ended: true })} />}
      <Button onClick={() => setEditing(true)}>{t('plan.act.rename')}</Button>
      {!p.ended && <LinkButton type="primary" to={`/security/assets/plans/${p.id}/import`}>{t('plan.act.import')}</LinkButton>}
      <Drawer title={t('plan.act.rename')} open={editing} onClose={() => setEditing(false)} destroyOnHidden><AboutPlan initial={about} submit={(x) => change.mutateAsync({ ...x, ended: p.ended })} cancel={() => setEditing(false)} /></Drawer>
    </>
  )
}

function Revisions({ plan: p }: { plan: Plan }) {
  const t = usePlanTexts()
  const f = useFormat()
  const declares = useDeclares()
  const [, setParams] = useSearchParams()
  const [shown, setShown] = useState<number>()
  const show = (n: number) => setParams((old) => { const next = new URLSearchParams(old); next.set('revision', String(n)); return next })
  const columns: Column<Revision>[] = [
    { key: 'number', title: t('plan.field.revision'), sort: 'number', render: (r) => <span className="lh-two lh-wrap"><Flex gap={8} align="center">{t('plan.revision', { n: r.number })}{r.counts && <StatusTag tone="good">{t('plan.act.counts')}</StatusTag>}</Flex><span className="lh-muted lh-break">{r.note || r.file || none}</span></span> },
    { key: 'things', title: t('plan.list.things'), align: 'right', from: 'sm', render: (r) => <span className="lh-number">{f.number(r.things, 0)}</span> },
    { key: 'imported', title: t('plan.field.imported'), sort: 'imported_at', from: 'md', render: (r) => <span className="lh-two"><span>{r.by}</span><span className="lh-muted lh-number">{f.time(r.imported_at)}</span></span> },
    { key: 'released', title: t('plan.field.releasedAt'), from: 'md', render: (r) => (r.released_at ? <span className="lh-two"><span>{r.released_by}</span><span className="lh-muted lh-number">{f.time(r.released_at)}</span></span> : none) },
    {
      key: 'acts', title: '', align: 'right', render: (r) => (
        <span className="lh-actions">
          <Button size="small" onClick={() => show(r.number)}>{t('plan.act.lines')}</Button>
          <Button size="small" onClick={() => setShown(r.number)}>{t('plan.act.difference')}</Button>
          {declares && !p.ended && <Decide plan={p} revision={r} />}
        </span>
      ),
    },
  ]
  return (
    <Card size="small" title={t('plan.revisions')}>
      <DataTable<Revision>
        url={`/api/security/asset-plans/${p.id}/revisions`} queryKey={[...weaknessKey, 'revisions', p.id]} label={t('plan.revisions')} prefix="r." views="" rowKey={(r) => String(r.number)} columns={columns}
        empty={<EmptyState title={t('plan.noRevisions')} note={declares && t('plan.noRevisionsNote')} />}
      />
      <Drawer title={t('plan.act.difference')} open={shown !== undefined} onClose={() => setShown(undefined)} size="large" destroyOnHidden>{shown !== undefined && <Between plan={p.id} number={shown} />}</Drawer>
    </Card>
  )
}

/** Releases a revision, or discards it. */
function Decide({ plan: p, revision: r }: { plan: Plan; revision: Revision }) {
  const t = usePlanTexts()
  const path = { id: p.id, number: r.number }
  const release = useChange({ run: () => read(api.POST('/api/security/asset-plans/{id}/revisions/{number}/release', { params: { path } })), refresh: [weaknessKey], done: t('plan.act.released'), quiet: true })
  const discard = useChange({ run: () => read(api.DELETE('/api/security/asset-plans/{id}/revisions/{number}', { params: { path } })), refresh: [weaknessKey], done: t('plan.saved'), quiet: true })
  return (
    <>
      {r.number > p.released && <Confirm title={t('plan.act.release')} label={t('plan.act.release')} danger={false} button={{ size: 'small', type: 'primary' }} note={<p>{t('plan.act.releaseNote', { n: r.number })}</p>} run={() => release.mutateAsync()} />}
      {!r.released_at && <Confirm title={t('plan.act.discard')} label={t('plan.act.discard')} button={{ size: 'small' }} note={<p>{t('plan.act.discardNote', { n: r.number })}</p>} run={() => discard.mutateAsync()} />}
    </>
  )
}

function Between({ plan, number }: { plan: string; number: number }) {
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'difference', plan, number], queryFn: () => read(api.GET('/api/security/asset-plans/{id}/revisions/{number}/difference', { params: { path: { id: plan, number } } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  return data ? <PlanDifference difference={data} /> : <Loading />
}

/** What a revision says; the one that counts, unless another was chosen. */
function Content({ plan: p }: { plan: Plan }) {
  const t = usePlanTexts()
  const w = useWeaknessTexts()
  const [params] = useSearchParams()
  const number = Number(params.get('revision')) || p.released || p.newest
  if (!number) return null
  const columns: Column<Thing>[] = [
    { key: 'line', title: t('plan.field.line'), sort: 'line', align: 'right', from: 'sm', render: (x) => <span className="lh-number">{x.line}</span> },
    { key: 'name', title: t('plan.field.name'), sort: 'name', render: (x) => <span className="lh-two lh-wrap"><span>{x.name}</span><span className="lh-muted">{[x.role && w(`weakness.roles.${x.role as 'plc'}`), x.zone].filter(Boolean).join(' · ') || none}</span></span> },
    { key: 'what', title: t('plan.field.model'), from: 'md', render: (x) => <span className="lh-two lh-wrap"><span>{[x.vendor, x.product, x.model].filter(Boolean).join(' ') || none}</span><span className="lh-muted">{[x.order_number, x.firmware].filter(Boolean).join(' · ')}</span></span> },
    { key: 'address', title: t('plan.field.address'), render: (x) => <span className="lh-code lh-break">{[x.mac, x.ip && x.segment ? `${x.ip}@${x.segment}` : x.ip, x.station, x.bacnet].filter(Boolean).join(' ') || none}</span> },
    { key: 'slot', title: `${t('plan.field.rack')} / ${t('plan.field.slot')}`, from: 'xl', render: (x) => (x.rack || x.slot ? `${x.rack || none} / ${x.slot || none}` : none) },
    { key: 'days', title: `${t('plan.field.commissioned')} / ${t('plan.field.decommissioned')}`, from: 'lg', render: (x) => (x.commissioned || x.decommissioned ? <span className="lh-number">{`${x.commissioned || none} / ${x.decommissioned || none}`}</span> : none) },
  ]
  return (
    <Card size="small" title={t('plan.linesOf', { n: number })}>
      <DataTable<Thing> url={`/api/security/asset-plans/${p.id}/revisions/${number}/lines`} queryKey={[...weaknessKey, 'lines', p.id, number]} label={t('plan.linesOf', { n: number })} prefix="l." views="" rowKey={(x) => String(x.line)} columns={columns} search={t('plan.linesSearch')} exports />
    </Card>
  )
}
