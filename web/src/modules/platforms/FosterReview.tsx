import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, none, PlainTable, read, StatusTag, useChange, useFormat, useText, type Tone } from '../../kernel'
import { Head } from './FosterAnswers'
import { fosterKey, type Application, type Review } from './fostering'
import { usePlatformTexts } from './texts'

interface Values { marks: Review['marks']; note: string }

/** The form of an own review: saved as often as one likes, and final once submitted. */
export function ReviewForm({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const mine = a.mine!
  const [form] = Form.useForm<Values>()
  const [recusing, recuse] = useState(false)
  const given = new Map(mine.marks.map((x) => [x.code, x]))
  const initial = { marks: a.call.criteria.map((c) => given.get(c.code) ?? { code: c.code, reason: '' }), note: mine.note } as Values
  const params = { path: { id: mine.id }, header: ifMatch(mine.version) }
  // Points that were not given are left out: the server then says that they are missing.
  const body = () => {
    const v = form.getFieldsValue(true) as Values
    return { marks: v.marks.filter((x) => typeof x.points === 'number').map((x) => ({ code: x.code, points: x.points, reason: x.reason ?? '' })), note: v.note ?? '' }
  }
  const submit = useChange({ run: () => read(api.POST('/api/platforms/foster/reviews/{id}/submission', { params, body: body() })), refresh: [fosterKey], done: t('foster.reviewDone'), quiet: true })
  const save = useChange({ run: () => read(api.PUT('/api/platforms/foster/reviews/{id}', { params, body: body() })), refresh: [fosterKey], done: t('foster.savedDraft') })
  const leave = useChange({ run: (v: { reason: string }) => read(api.POST('/api/platforms/foster/reviews/{id}/recusal', { params, body: { reason: v.reason } })), refresh: [fosterKey], done: t('foster.recusedDone'), after: () => recuse(false), quiet: true })
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <>
      <EntityForm<Values>
        form={form} name="review" initial={initial} wide submit={() => submit.mutateAsync()} submitLabel={t('foster.submitReview')}
        extra={<><Button onClick={() => save.mutate()} loading={save.isPending}>{t('foster.saveDraft')}</Button><Button onClick={() => recuse(true)}>{t('foster.recuse')}</Button></>}
      >
        <Alert type="info" showIcon title={t('foster.reviewNote')} className="lh-form-problem" />
        {a.call.criteria.map((c, i) => (
          <section key={c.code} className="lh-foster-answer">
            <Head criterion={c} />
            <Form.Item name={['marks', i, 'points']} label={t('foster.pointsOf', { max: c.max })} rules={need(t('foster.points'))}><InputNumber min={0} max={c.max} /></Form.Item>
            <Form.Item name={['marks', i, 'reason']} label={t('field.reason')} rules={need(t('field.reason'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 1, maxRows: 8 }} /></Form.Item>
          </section>
        ))}
        <Form.Item name="note" label={t('foster.whole')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 1, maxRows: 8 }} /></Form.Item>
      </EntityForm>
      <Modal open={recusing} onCancel={() => recuse(false)} title={t('foster.recuse')} footer={null} destroyOnHidden>
        <EntityForm<{ reason: string }> name="recuse" submit={(v) => leave.mutateAsync(v)} submitLabel={t('foster.recuse')} cancel={() => recuse(false)}>
          <p className="lh-note">{t('foster.recuseNote')}</p>
          <Form.Item name="reason" label={t('foster.conflict')} rules={need(t('foster.conflict'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}

const reviewTone: Record<Review['state'], Tone> = { assigned: 'info', submitted: 'good', recused: 'idle' }

/** Who reviews, and what it came to. */
export function Reviewers({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const [assigning, assign] = useState(false)
  const release = useChange({ run: (id: string) => read(api.DELETE('/api/platforms/foster/reviews/{id}', { params: { path: { id } } })), refresh: [fosterKey], done: t('ranking.removed'), quiet: true })
  const can = a.acts.includes('assign')
  return (
    <>
      {can && <div className="lh-bar lh-list-bar"><Button type={a.reviews.length === 0 ? 'primary' : 'default'} onClick={() => assign(true)}>{t('foster.assign')}</Button></div>}
      {a.side === 'city' && a.reviews.length === 0 && <EmptyState title={t('foster.noReviewers')} note={t(can ? 'foster.noReviewersHow' : 'foster.noReviewersNote', { count: a.call.reviewers })} />}
      {a.reviews.length > 0 && (
        <PlainTable<Review>
          label={t('foster.reviewers')} rowKey="id" dataSource={a.reviews}
          expandable={{ expandedRowRender: (r) => <Marks application={a} review={r} />, rowExpandable: (r) => r.state === 'submitted' && r.marks.length > 0 }}
          columns={[
            { key: 'name', title: t('foster.reviewer'), dataIndex: 'name' },
            { key: 'state', title: t('ranking.state'), render: (_, r) => <StatusTag tone={reviewTone[r.state]}>{t(`foster.reviewStates.${r.state}`)}</StatusTag> },
            { key: 'at', title: t('foster.submittedAt'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{f.time(r.submitted_at)}</span> },
            { key: 'note', title: t('foster.whole'), responsive: ['md'], render: (_, r) => <span className="lh-wrap">{r.note || none}</span> },
            ...(can ? [{ key: 'act', title: '', align: 'right' as const, render: (_: unknown, r: Review) => r.state === 'assigned' && <Confirm title={t('foster.releaseTitle', { name: r.name })} label={t('page.remove')} run={() => release.mutateAsync(r.id)} button={{ size: 'small' }} /> }] : []),
          ]}
        />
      )}
      {a.outcome ? <Outcome application={a} /> : a.mine?.state === 'assigned' && <p className="lh-note">{t('foster.blinded')}</p>}
      <Assign application={a} open={assigning} close={() => assign(false)} />
    </>
  )
}

/** What one reviewer gave, for the city. */
function Marks({ application: a, review }: { application: Application; review: Review }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const titles = new Map(a.call.criteria.map((c) => [c.code, c]))
  return (
    <PlainTable<Review['marks'][number]>
      label={t('foster.marksOf', { name: review.name })} rowKey="code" dataSource={review.marks}
      columns={[
        { key: 'title', title: t('foster.criterion'), render: (_, x) => text(titles.get(x.code)?.title ?? { zh: x.code, en: x.code }) },
        { key: 'points', title: t('foster.points'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.points)} / {f.number(titles.get(x.code)?.max ?? 0)}</span> },
        { key: 'reason', title: t('field.reason'), render: (_, x) => <span className="lh-wrap">{x.reason}</span> },
      ]}
    />
  )
}

function Outcome({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const o = a.outcome!
  const titles = new Map(a.call.criteria.map((c) => [c.code, c]))
  const full = o.spread !== undefined
  return (
    <>
      <p className="lh-foster-total"><strong className="lh-number">{f.number(o.total, 2)}</strong> <span>{t('foster.totalOf', { pass: f.number(a.call.pass_mark), count: o.reviews })}{full && ` · ${t('foster.spread')} ${f.number(o.spread!, 2)}`}</span> <StatusTag tone={o.passed ? 'good' : 'bad'}>{t(o.veto ? 'foster.veto' : o.passed ? 'foster.yes' : 'foster.no')}</StatusTag></p>
      <PlainTable<typeof o.items[number]>
        label={t('foster.outcome')} rowKey="code" dataSource={o.items}
        columns={[
          { key: 'title', title: t('foster.criterion'), render: (_, x) => <span className="lh-two"><strong>{text(titles.get(x.code)?.title ?? { zh: x.code, en: x.code })}</strong>{x.veto && <StatusTag tone="bad">{t('foster.veto')}</StatusTag>}<ul className="lh-foster-reasons" aria-label={t('foster.reasons')}>{x.reasons.map((r, i) => <li key={i}>{r}</li>)}</ul></span> },
          { key: 'mean', title: t('foster.mean'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.mean, 2)} / {f.number(titles.get(x.code)?.max ?? 0)}</span> },
          ...(full ? [{ key: 'spread', title: t('foster.spread'), align: 'right' as const, responsive: ['sm' as const], render: (_: unknown, x: typeof o.items[number]) => <span className="lh-number">{f.number(x.spread ?? 0, 2)} ({f.number(x.low ?? 0, 1)}–{f.number(x.high ?? 0, 1)})</span> }] : []),
          { key: 'share', title: t('ranking.points'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.number(x.share, 2)}</span> },
        ]}
      />
      <p className="lh-note">{t('foster.outcomeNote')}</p>
    </>
  )
}

/** Chooses reviewers; who belongs to the applicant cannot be chosen. */
function Assign({ application: a, open, close }: { application: Application; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const people = useQuery({ queryKey: [...fosterKey, 'reviewers', a.id, a.version], enabled: open, queryFn: () => read(api.GET('/api/platforms/foster/applications/{id}/reviewers', { params: { path: { id: a.id } } })) })
  const save = useChange({
    run: (v: { persons: string[] }) => read(api.POST('/api/platforms/foster/applications/{id}/reviewers', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { persons: v.persons ?? [] } })),
    refresh: [fosterKey], done: t('foster.assigned'), after: close, quiet: true,
  })
  const options = (people.data?.items ?? []).map((p) => ({ value: p.person_id, label: `${p.name} · ${text(p.organisation)}${p.partial ? t('foster.partial') : p.assigned ? t('foster.already') : ''}`, disabled: p.partial || p.assigned }))
  return (
    <Drawer open={open} onClose={close} size={480} title={t('foster.assign')} destroyOnHidden>
      {people.error ? <Failure problem={people.error} retry={() => void people.refetch()} /> : !people.data ? <Loading /> : (
        <EntityForm<{ persons: string[] }> name="assign" submit={(v) => save.mutateAsync(v)} submitLabel={t('foster.assign')} cancel={close}>
          <Form.Item name="persons" label={t('foster.reviewers')} extra={t('foster.assignNote', { count: a.call.reviewers })} rules={[{ required: true, message: t('form.missing', { label: t('foster.reviewers') }) }]}>
            <Select mode="multiple" options={options} showSearch={{ optionFilterProp: 'label' }} />
          </Form.Item>
        </EntityForm>
      )}
    </Drawer>
  )
}
