import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Checkbox, Form, Input, InputNumber, Select } from 'antd'
import { useNavigate, useParams } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, NameFields, PageHeader, read, useChange } from '../../kernel'
import { Conditions } from './Conditions'
import { useVocabulary } from './data'
import { kinds, levels, policyKey, useFields, usePolicy, type Content, type Policy } from './policies'
import { pruned } from './rules'
import { useEnterpriseTexts } from './texts'
import './policy.css'

interface Values extends Omit<Content, 'opens_at' | 'closes_at' | 'amount_most'> {
  amount_most?: number | null
  opens?: string
  closes?: string
}

/** Times are typed as the city has them. */
const local = (at: string | undefined) => (at ? new Date(new Date(at).getTime() + 8 * 3600_000).toISOString().slice(0, 16) : '')
const instant = (text: string | undefined) => (text ? `${text}:00+08:00` : undefined)

/** A text of which a language may be missing: the other stands for it. */
const both = (t: { zh?: string; en?: string } | undefined) => ({ zh: t?.zh || t?.en || '', en: t?.en || t?.zh || '' })

function contentOf(v: Values): Content {
  const { opens, closes, amount_most: most, ...rest } = v
  const from = instant(opens)
  const until = instant(closes)
  return {
    ...rest, district: v.district ?? '', title: both(v.title), issuer: both(v.issuer), summary: both(v.summary), text: both(v.text), benefit: both(v.benefit),
    questions: (v.questions ?? []).map((q) => ({ code: q.code ?? '', kind: q.kind, title: both(q.title), required: q.required === true })), papers: (v.papers ?? []).map((p) => ({ code: p.code ?? '', title: both(p.title), required: p.required === true })),
    conditions: pruned(v.conditions), ...(from ? { opens_at: from } : {}), ...(until ? { closes_at: until } : {}), ...(most === undefined || most === null ? {} : { amount_most: most }),
  }
}

function valuesOf(p: Policy): Values {
  return {
    number: p.number ?? '', title: p.title, issuer: p.issuer, level: p.level, kind: p.kind, district: p.district ?? '', summary: p.summary ?? { zh: '', en: '' }, text: p.text ?? { zh: '', en: '' }, benefit: p.benefit ?? { zh: '', en: '' }, link: p.link ?? '',
    effective_from: p.effective_from, effective_until: p.effective_until ?? '', superseded_by: p.superseded_by ?? '', questions: p.questions ?? [], papers: p.papers ?? [], opens: local(p.opens_at), closes: local(p.closes_at),
    ...(p.amount_most === undefined ? {} : { amount_most: p.amount_most }), conditions: p.conditions ?? {},
  }
}

/** Drafts a policy, or changes one. */
export default function PolicyForm() {
  const { id } = useParams()
  return id === undefined ? <Fresh /> : <Change id={id} />
}

function Fresh() {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const save = useChange({ run: (body: Content) => read(api.POST('/api/enterprise/policies', { body })), refresh: [policyKey], after: (p) => void go(`/enterprise/policies/${p.id}`), quiet: true })
  return <Page title={t('policy.add')} initial={{ level: 'city', kind: 'subsidy', conditions: {}, questions: [], papers: [] }} save={(c) => save.mutateAsync(c)} />
}

function Change({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const policy = usePolicy(id)
  const save = useChange({
    run: (body: Content) => read(api.PUT('/api/enterprise/policies/{id}', { params: { path: { id }, header: ifMatch(policy.data?.version ?? 0) }, body })),
    refresh: [policyKey], done: t('policy.saved'), after: () => void go(`/enterprise/policies/${id}`), quiet: true,
  })
  if (policy.error) return <Failure problem={policy.error} retry={() => void policy.refetch()} />
  return policy.data ? <Page title={t('policy.edit')} initial={valuesOf(policy.data)} save={(c) => save.mutateAsync(c)} /> : <Loading />
}

function Page({ title, initial, save }: { title: string; initial: Partial<Values>; save: (c: Content) => Promise<unknown> }) {
  const t = useEnterpriseTexts()
  const fields = useFields()
  if (fields.error) return <Failure problem={fields.error} retry={() => void fields.refetch()} />
  if (!fields.data) return <Loading />
  const known = fields.data.items
  return (
    <div className="lh-stack">
      <PageHeader title={title} />
      <Card size="small">
        <EntityForm<Values> name="policy" initial={initial} submit={(v) => save(contentOf(v))} submitLabel={t('policy.application.save')} wide>
          <Basics />
          <Conditions fields={known} title={t('policy.form.conditions')} />
          <Asked />
        </EntityForm>
      </Card>
    </div>
  )
}

function Basics() {
  const t = useEnterpriseTexts()
  const vocabulary = useVocabulary()
  const area = (name: 'summary' | 'text' | 'benefit', rows: number) => (
    <div className="lh-pair">
      {(['zh', 'en'] as const).map((l) => <Form.Item key={l} name={[name, l]} label={`${t(`policy.field.${name}`)} (${l})`}><Input.TextArea lang={l} autoSize={{ minRows: rows, maxRows: 20 }} /></Form.Item>)}
    </div>
  )
  return (
    <>
      <NameFields name="title" label={t('policy.field.title')} required />
      <NameFields name="issuer" label={t('policy.field.issuer')} required />
      <div className="lh-pair">
        <Form.Item name="number" label={t('policy.field.number')}><Input maxLength={100} /></Form.Item>
        <Form.Item name="link" label={t('policy.field.link')}><Input maxLength={500} inputMode="url" placeholder="https://" /></Form.Item>
        <Form.Item name="level" label={t('policy.field.level')}><Select options={levels.map((x) => ({ value: x, label: t(`policy.levels.${x}`) }))} /></Form.Item>
        <Form.Item name="kind" label={t('policy.field.kind')}><Select options={kinds.map((x) => ({ value: x, label: t(`policy.kinds.${x}`) }))} /></Form.Item>
        <Form.Item name="district" label={t('policy.field.district')}><Select allowClear options={vocabulary.options('districts')} /></Form.Item>
        <Form.Item name="amount_most" label={t('policy.field.amount')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="effective_from" label={t('policy.field.from')} rules={[{ required: true, message: t('form.missing', { label: t('policy.field.from') }) }]}><Input type="date" /></Form.Item>
        <Form.Item name="effective_until" label={t('policy.field.until')}><Input type="date" /></Form.Item>
        <Form.Item name="opens" label={`${t('policy.field.opens')} · ${t('policy.form.times')}`}><Input type="datetime-local" /></Form.Item>
        <Form.Item name="closes" label={`${t('policy.field.closes')} · ${t('policy.form.times')}`}><Input type="datetime-local" /></Form.Item>
        <Form.Item name="superseded_by" label={t('policy.field.supersededBy')}><Input maxLength={26} className="lh-code" /></Form.Item>
      </div>
      {area('summary', 2)}
      {area('benefit', 1)}
      {area('text', 4)}
    </>
  )
}

/** What the form asks for beside the profile. */
function Asked() {
  const t = useEnterpriseTexts()
  const text = { questions: t('policy.form.addQuestion'), papers: t('policy.form.addPaper') }
  const list = (name: 'questions' | 'papers') => (
    <fieldset className="lh-fieldset">
      <legend>{t(`policy.form.${name}`)}</legend>
      <Form.List name={name}>
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} className="lh-policy-row">
                <Form.Item name={[row.name, 'code']} label={t('policy.form.key')} extra={t('policy.form.keyNote')}><Input maxLength={40} className="lh-code" /></Form.Item>
                <Form.Item name={[row.name, 'title', 'zh']} label={`${t('policy.form.name')} (zh)`}><Input maxLength={200} /></Form.Item>
                <Form.Item name={[row.name, 'title', 'en']} label={`${t('policy.form.name')} (en)`}><Input maxLength={200} /></Form.Item>
                {name === 'questions' && <Form.Item name={[row.name, 'kind']} label={t('policy.form.kind')}><Select options={(['text', 'number', 'day'] as const).map((k) => ({ value: k, label: t(`policy.form.textKinds.${k}`) }))} /></Form.Item>}
                <Form.Item name={[row.name, 'required']} valuePropName="checked" label=" " colon={false}><Checkbox>{t('policy.form.required')}</Checkbox></Form.Item>
                <Form.Item label=" " colon={false}><Button icon={<DeleteOutlined />} aria-label={`${t('policy.form.remove')} ${t(`policy.form.${name}`)} ${row.name + 1}`} onClick={() => remove(row.name)} /></Form.Item>
              </div>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ title: { zh: '', en: '' }, required: true, ...(name === 'questions' ? { kind: 'text' } : {}) })}>{text[name]}</Button>
          </>
        )}
      </Form.List>
    </fieldset>
  )
  return <>{list('questions')}{list('papers')}</>
}
