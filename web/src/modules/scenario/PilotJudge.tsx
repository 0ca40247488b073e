import { useQuery } from '@tanstack/react-query'
import { Card, Checkbox, DatePicker, Form, Input, Radio } from 'antd'
import type { Dayjs } from 'dayjs'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, none, PlainTable, read, StatusTag, useChange, useText, type Schema } from '../../kernel'
import { pilotKey, reviewTone, type Application } from './pilots'
import { useScenarioTexts } from './texts'

interface Values { decision: 'eligible' | 'ineligible' | 'supplement'; checks: { code: string; met?: boolean; note?: string }[]; reason?: string; until?: Dayjs }

/** The city's finding on eligibility, condition by condition. */
export function Judge({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const text = useText()
  const [form] = Form.useForm<Values>()
  const decision = Form.useWatch('decision', form) ?? 'eligible'
  const found = new Map(a.checks.map((x) => [x.code, x]))
  const initial: Values = { decision: 'eligible', checks: a.call.conditions.map((c) => found.get(c.code) ?? { code: c.code, met: false, note: '' }) }
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/scenario/pilot/applications/{id}/eligibility', {
      params: { path: { id: a.id }, header: ifMatch(a.version) },
      body: { decision: v.decision, checks: (v.checks ?? []).map((x) => ({ code: x.code, met: x.met ?? false, note: x.note ?? '' })), reason: v.reason ?? '', ...(v.until ? { until: v.until.toISOString() } : {}) },
    })),
    refresh: [pilotKey], done: t('pilot.judged'), quiet: true,
  })
  return (
    <EntityForm<Values> form={form} name="judge" initial={initial} submit={() => save.mutateAsync(form.getFieldsValue(true) as Values)} wide>
      {a.call.conditions.map((c, i) => (
        <div key={c.code} className="lh-pilot-choice">
          <span>{text(c.title)}</span>
          <Form.Item name={['checks', i, 'met']} valuePropName="checked"><Checkbox>{t('pilot.met')}</Checkbox></Form.Item>
          <Form.Item name={['checks', i, 'note']}><Input maxLength={1000} placeholder={t('pilot.reason')} aria-label={`${text(c.title)} ${t('pilot.reason')}`} /></Form.Item>
        </div>
      ))}
      <Form.Item name="decision" label={t('pilot.decision')}><Radio.Group options={(['eligible', 'supplement', 'ineligible'] as const).map((d) => ({ value: d, label: t(`pilot.decisions.${d}`) }))} /></Form.Item>
      {decision !== 'eligible' && <Form.Item name="reason" label={t('pilot.reason')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.reason') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>}
      {decision === 'supplement' && <Form.Item name="until" label={t('pilot.until')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.until') }) }]}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>}
    </EntityForm>
  )
}

type Row = Schema<'PilotConflictRow'>

/** A step from a reviewer to an applicant: an employment with its time and where it is known from. */
function hopText(t: ReturnType<typeof useScenarioTexts>, h: NonNullable<Row['conflict']>['path'][number]): string {
  const said = `${h.from} ${t(`pilot.kinds.${h.kind}`)}${h.share > 0 ? ` ${h.share}%` : ''} ${h.to}`
  if (h.kind !== 'employment') return said
  return t('pilot.employedHop', { said, since: h.since || none, until: h.until || t('pilot.stillSo'), source: t(`pilot.employedBy.${h.source === 'declared' || h.source === 'entered' ? h.source : 'organisations'}`) })
}

/** Who reviews an application, who could, and who may not and why. For the city. */
export function ReviewersOf({ application: a }: { application: Application }) {
  const t = useScenarioTexts()
  const rows = useQuery({ queryKey: [...pilotKey, 'conflicts', a.id, a.version], queryFn: () => read(api.GET('/api/scenario/pilot/applications/{id}/conflicts', { params: { path: { id: a.id } } })) })
  const give = useChange({ run: (person: string) => read(api.POST('/api/scenario/pilot/applications/{id}/reviewers', { params: { path: { id: a.id } }, body: { person_id: person } })), refresh: [pilotKey], done: t('pilot.given'), quiet: true })
  if (rows.error) return <Failure problem={rows.error} retry={() => void rows.refetch()} />
  if (!rows.data) return <Loading />
  const states = new Map(a.reviews.map((r) => [r.reviewer, r]))
  const can = a.state === 'eligible' && a.call.state === 'reviewing'
  return (
    <Card size="small" title={t('pilot.reviewsOf')}>
      {rows.data.items.length === 0 ? <EmptyState title={t('pilot.noPool')} note={t('pilot.noPoolNote')} /> : <PlainTable<Row>
        label={t('pilot.reviewsOf')} rowKey="person_id" dataSource={rows.data.items}
        columns={[
          { key: 'name', title: t('pilot.reviewer'), render: (_, r) => <span className="lh-two"><span>{r.name}</span><span className="lh-code">{states.get(r.name)?.alias}</span></span> },
          { key: 'state', title: t('pilot.state'), render: (_, r) => { const x = r.assigned ? states.get(r.name) : undefined; return x ? <StatusTag tone={reviewTone[x.state]}>{t(`pilot.reviewStates.${x.state}`)}</StatusTag> : none } },
          { key: 'conflict', title: t('pilot.conflicts'), render: (_, r) => (r.conflict ? <span className="lh-wrap">{r.conflict.path.map((h) => hopText(t, h)).join('; ')}</span> : t('pilot.noConflict')) },
          ...(can ? [{ key: 'act', title: '', align: 'right' as const, render: (_: unknown, r: Row) => !r.assigned && !r.conflict && <Confirm title={`${t('pilot.give')} ${r.name}`} label={t('pilot.give')} run={() => give.mutateAsync(r.person_id)} button={{ size: 'small' }} danger={false} /> }] : []),
        ]}
      />}
    </Card>
  )
}
