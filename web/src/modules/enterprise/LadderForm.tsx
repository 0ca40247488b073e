import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Form, Input, Select } from 'antd'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, NameFields, PageHeader, read, useChange } from '../../kernel'
import { Conditions } from './Conditions'
import { cultivationKey, useDefinition, type Edition, type LadderContent } from './cultivation'
import { useVocabulary } from './data'
import { useFields, type Field, type Rule } from './policies'
import { pruned } from './rules'
import { useEnterpriseTexts } from './texts'
import './policy.css'

interface Both { zh?: string; en?: string }
interface CriterionRow { code?: string; title?: Both; evidence?: 'none' | 'optional' | 'required'; asks?: Both; conditions?: Rule }
interface RungRow { code?: string; title?: Both; qualification?: string; criteria?: (CriterionRow | undefined)[] }
interface Values { title?: Both; checked: LadderContent['checked']; source?: Both; number?: string; link?: string; effective_from?: string; rungs?: (RungRow | undefined)[] }

/** A text of which a language may be missing: the other stands for it. */
const both = (t: Both | undefined) => ({ zh: t?.zh || t?.en || '', en: t?.en || t?.zh || '' })

function contentOf(v: Values): LadderContent {
  return {
    title: both(v.title), checked: v.checked, source: both(v.source), number: v.number ?? '', link: v.link ?? '', effective_from: v.effective_from ?? '',
    rungs: (v.rungs ?? []).map((r) => ({
      code: r?.code ?? '', title: both(r?.title), qualification: r?.qualification ?? '',
      criteria: (r?.criteria ?? []).map((c) => ({ code: c?.code ?? '', title: both(c?.title), evidence: c?.evidence ?? 'none', asks: both(c?.asks), conditions: pruned(c?.conditions) })),
    })),
  }
}

/** copied: the first day is asked for anew, so that nobody takes over that of another document. */
function valuesOf(e: Edition, copied: boolean): Values {
  return {
    title: e.title, checked: copied ? 'own' : e.checked, source: e.source, number: e.number ?? '', link: e.link ?? '', effective_from: copied ? '' : (e.effective_from ?? ''),
    rungs: e.rungs.map((r) => ({ code: r.code, title: r.title, qualification: r.qualification ?? '', criteria: r.criteria.map((c) => ({ code: c.code, title: c.title, evidence: c.evidence, asks: c.asks ?? { zh: '', en: '' }, conditions: c.conditions })) })),
  }
}

/** Drafts a ladder: a new one, a copy (?copy=), another edition (?edition=), or what is drafted already. */
export default function LadderForm() {
  const { id = '' } = useParams()
  const [params] = useSearchParams()
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const from = id || params.get('edition') || params.get('copy') || ''
  const definition = useDefinition(from)
  const fields = useFields()
  const newest = definition.data?.editions[0]
  const save = useChange({
    run: (c: LadderContent) => {
      if (id) return read(api.PUT('/api/enterprise/cultivation/definitions/{id}/draft', { params: { path: { id }, header: ifMatch(newest?.version ?? 0) }, body: c }))
      const edition = params.get('edition')
      return read(api.POST('/api/enterprise/cultivation/definitions', { body: { ...c, ...(edition ? { ladder: edition } : {}) } }))
    },
    refresh: [cultivationKey], done: t('cultivation.draftSaved'), quiet: true, after: (e) => void go(`/enterprise/cultivation/ladders/${e.ladder}`),
  })
  const error = definition.error ?? fields.error
  if (error) return <Failure problem={error} retry={() => { void definition.refetch(); void fields.refetch() }} />
  if (!fields.data || (from && !newest)) return <Loading />
  const known = fields.data.items
  const initial: Values = newest ? valuesOf(newest, !id) : { checked: 'own', rungs: [{ code: 'rung_1', criteria: [{ code: 'c_1', evidence: 'none', conditions: { all: [{}] } }] }] }
  return (
    <div className="lh-stack">
      <PageHeader title={t(id ? 'cultivation.editDraft' : params.get('edition') ? 'cultivation.newEdition' : 'cultivation.newLadder')} note={t('cultivation.draftNote')} />
      <Card size="small">
        <EntityForm<Values> name="ladder" initial={initial} submit={(v) => save.mutateAsync(contentOf(v))} submitLabel={t('cultivation.saveDraft')} wide>
          <Basics />
          <Rungs fields={known} />
        </EntityForm>
      </Card>
    </div>
  )
}

function Basics() {
  const t = useEnterpriseTexts()
  return (
    <>
      <NameFields name="title" label={t('cultivation.field.title')} required />
      <div className="lh-pair">
        {(['zh', 'en'] as const).map((l) => <Form.Item key={l} name={['source', l]} label={`${t('cultivation.field.source')} (${l})`}><Input.TextArea lang={l} autoSize={{ minRows: 2, maxRows: 8 }} maxLength={1000} /></Form.Item>)}
      </div>
      <div className="lh-pair">
        <Form.Item name="number" label={t('policy.field.number')}><Input maxLength={100} /></Form.Item>
        <Form.Item name="link" label={t('policy.field.link')}><Input maxLength={500} inputMode="url" placeholder="https://" /></Form.Item>
        <Form.Item name="effective_from" label={t('cultivation.field.from')} rules={[{ required: true, message: t('form.missing', { label: t('cultivation.field.from') }) }]}><Input type="date" /></Form.Item>
        <Form.Item name="checked" label={t('cultivation.field.checked')}><Select options={(['own', 'official', 'secondary', 'unchecked'] as const).map((c) => ({ value: c, label: t(`cultivation.checked.${c}`) }))} /></Form.Item>
      </div>
    </>
  )
}

/** What a new row is called: codes are counted up, past those that are taken, and can be changed. */
function next(stem: string, rows: ({ code?: string } | undefined)[] | undefined): string {
  const taken = new Set(rows?.map((r) => r?.code))
  let n = taken.size + 1
  while (taken.has(`${stem}_${n}`)) n++
  return `${stem}_${n}`
}

function Rungs({ fields }: { fields: Field[] }) {
  const t = useEnterpriseTexts()
  const form = Form.useFormInstance<Values>()
  const vocabulary = useVocabulary()
  return (
    <Form.List name="rungs">
      {(rungs, { add, remove }) => (
        <>
          {rungs.map((r) => (
            <fieldset key={r.key} className="lh-fieldset">
              <legend>{t('cultivation.rungNumber', { n: r.name + 1 })}</legend>
              <div className="lh-policy-row">
                <Form.Item name={[r.name, 'title', 'zh']} label={`${t('cultivation.field.rung')} (zh)`}><Input maxLength={100} lang="zh-CN" /></Form.Item>
                <Form.Item name={[r.name, 'title', 'en']} label={`${t('cultivation.field.rung')} (en)`}><Input maxLength={100} lang="en" /></Form.Item>
                <Form.Item name={[r.name, 'code']} label={t('policy.form.key')} extra={t('policy.form.keyNote')}><Input maxLength={40} className="lh-code" /></Form.Item>
                <Form.Item name={[r.name, 'qualification']} label={t('cultivation.field.qualification')} extra={t('cultivation.qualificationNote')}><Select allowClear options={vocabulary.options('qualifications')} /></Form.Item>
              </div>
              <Criteria at={r.name} fields={fields} />
              <div className="lh-ladder-remove"><Button icon={<DeleteOutlined />} onClick={() => remove(r.name)}>{t('cultivation.removeRung')}</Button></div>
            </fieldset>
          ))}
          <Button className="lh-ladder-add" icon={<PlusOutlined />} onClick={() => add({ code: next('rung', form.getFieldValue('rungs') as Values['rungs']), criteria: [{ code: 'c_1', evidence: 'none', conditions: { all: [{}] } }] })}>{t('cultivation.addRung')}</Button>
        </>
      )}
    </Form.List>
  )
}

function Criteria({ at, fields }: { at: number; fields: Field[] }) {
  const t = useEnterpriseTexts()
  const form = Form.useFormInstance<Values>()
  return (
    <Form.List name={[at, 'criteria']}>
      {(list, { add, remove }) => (
        <>
          {list.map((c) => (
            <div key={c.key} className="lh-ladder-criterion">
              <div className="lh-policy-row">
                <Form.Item name={[c.name, 'title', 'zh']} label={`${t('cultivation.field.criterion')} (zh)`}><Input maxLength={100} lang="zh-CN" /></Form.Item>
                <Form.Item name={[c.name, 'title', 'en']} label={`${t('cultivation.field.criterion')} (en)`}><Input maxLength={100} lang="en" /></Form.Item>
                <Form.Item name={[c.name, 'code']} label={t('policy.form.key')}><Input maxLength={40} className="lh-code" /></Form.Item>
                <Form.Item name={[c.name, 'evidence']} label={t('cultivation.field.evidence')}><Select options={(['none', 'optional', 'required'] as const).map((e) => ({ value: e, label: t(`cultivation.evidence.${e}`) }))} /></Form.Item>
              </div>
              <Asks at={c.name} path={['rungs', at, 'criteria', c.name]} />
              <Conditions fields={fields} title={t('policy.form.conditions')} at={[c.name]} />
              <Button icon={<DeleteOutlined />} onClick={() => remove(c.name)}>{t('cultivation.removeCriterion')}</Button>
            </div>
          ))}
          <Button icon={<PlusOutlined />} onClick={() => add({ code: next('c', form.getFieldValue(['rungs', at, 'criteria']) as RungRow['criteria']), evidence: 'none', conditions: { all: [{}] } })}>{t('cultivation.addCriterion')}</Button>
        </>
      )}
    </Form.List>
  )
}

/** What evidence is asked for, where some is. */
function Asks({ at, path }: { at: number; path: (string | number)[] }) {
  const t = useEnterpriseTexts()
  const evidence = Form.useWatch<string | undefined>([...path, 'evidence'])
  if (!evidence || evidence === 'none') return null
  return (
    <div className="lh-pair">
      {(['zh', 'en'] as const).map((l) => <Form.Item key={l} name={[at, 'asks', l]} label={`${t('cultivation.field.asks')} (${l})`}><Input lang={l} maxLength={500} /></Form.Item>)}
    </div>
  )
}
