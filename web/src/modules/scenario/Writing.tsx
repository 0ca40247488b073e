import { Button, Card, Form, Input, InputNumber, Select, Upload } from 'antd'
import { useNavigate, useParams } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, NameFields, PageHeader, read, request, useChange, useText, type Schema } from '../../kernel'
import { axes, fieldOf, roomKey, useScenario, useTaxonomy, type Content, type ScenarioDetail } from './data'
import './scenario.css'
import { useScenarioTexts } from './texts'

/** Writes a scenario, or its next version. */
export default function Writing() {
  const { id = '' } = useParams()
  const t = useScenarioTexts()
  const { data, error, refetch } = useScenario(id)
  if (error) return <><PageHeader title={t('form.edit')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (id && !data) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={t(id ? 'form.edit' : 'form.create')} note={t('form.effectsNote')} />
      <Card><Fields key={data ? `${data.id} ${data.open?.content.pictures.length ?? 0}` : ''} scenario={data} /></Card>
    </div>
  )
}

/** What the form has: providers by their names. */
type Values = Omit<Content, 'providers' | 'cost'> & { names: string[]; cost_from?: number | null; cost_to?: number | null; cost_evidence?: string }

const empty: Content = { title: { zh: '', en: '' }, industries: [], stages: [], modes: [], links: [], technologies: [], values: [], maturity: '', effects: [], providers: [], apps: [], standards: [], pictures: [] }

function valuesOf({ providers, cost, ...c }: Content, named: (p: Content['providers'][number]) => string): Partial<Values> {
  return { ...c, names: providers.map(named), ...(cost ? { cost_from: cost.from, cost_to: cost.to, cost_evidence: cost.evidence } : {}) }
}

/** A provider that was there keeps its organisation. */
function contentOf({ names, cost_from, cost_to, cost_evidence, ...v }: Values, before: Content, named: (p: Content['providers'][number]) => string): Content {
  const content: Content = { ...empty, ...v, effects: (v.effects ?? []).map((e) => ({ ...e, name: { zh: e.name.zh ?? '', en: e.name.en ?? '' }, unit: e.unit ?? '', evidence: e.evidence ?? '' })), maturity: v.maturity ?? '', pictures: before.pictures, providers: (names ?? []).map((n) => before.providers.find((p) => named(p) === n) ?? { organisation_id: '', name: { zh: n, en: n } }) }
  if (cost_from != null || cost_to != null) content.cost = { from: cost_from ?? 0, to: cost_to ?? cost_from ?? 0, evidence: cost_evidence ?? '' }
  return content
}

function Fields({ scenario: s }: { scenario: ScenarioDetail | undefined }) {
  const t = useScenarioTexts()
  const text = useText()
  const go = useNavigate()
  const taxonomy = useTaxonomy()
  const before = s?.open?.content ?? s?.shown.content ?? empty
  const named = (p: Content['providers'][number]) => text(p.name)
  const save = useChange<Content, ScenarioDetail>({
    run: (body) => (s ? read(api.PUT('/api/scenario/scenarios/{id}/draft', { params: { path: { id: s.id }, header: ifMatch(s.version) }, body })) : read(api.POST('/api/scenario/scenarios', { body }))),
    refresh: [roomKey], done: t('form.saved'), quiet: true,
  })
  const attach = useChange<File, unknown>({
    run: async (file) => {
      const f = await request<Schema<'ScenarioFile'>>(`/api/scenario/scenarios/${s!.id}/pictures?${new URLSearchParams({ name: file.name })}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } })
      return save.mutateAsync({ ...before, pictures: [...before.pictures, { id: f.id }] })
    },
    refresh: [roomKey],
  })
  const tags = { mode: 'tags' as const, open: false, suffixIcon: null, tokenSeparators: [';', '；', '、'] }
  const search = { mode: 'multiple', optionFilterProp: 'label', popupMatchSelectWidth: false } as const
  if (!taxonomy.known) return <Loading />
  return (
    <EntityForm<Values> wide initial={valuesOf(before, named)} submitLabel={t('form.save')} submit={async (v) => { const saved = await save.mutateAsync(contentOf(v, before, named)); void go(`/scenario/${saved.id}`) }} cancel={() => void go(s ? `/scenario/${s.id}` : '/scenario')}>
      <NameFields name="title" label={t('field.title')} required />
      {(['summary', 'text'] as const).map((name) => (
        <div className="lh-pair" key={name}>
          {(['zh', 'en'] as const).map((l) => <Form.Item key={l} name={[name, l]} label={t(l === 'zh' ? 'form.inZh' : 'form.inEn', { label: t(`field.${name}`) })}><Input.TextArea lang={l === 'zh' ? 'zh-CN' : 'en'} maxLength={name === 'summary' ? 500 : 8000} autoSize={{ minRows: name === 'summary' ? 2 : 4, maxRows: 16 }} /></Form.Item>)}
        </div>
      ))}
      <div className="lh-pair">
        {axes.map((a) => (
          <Form.Item key={a} name={a === 'maturity' ? 'maturity' : fieldOf[a]} label={taxonomy.name(a)}>
            {a === 'maturity' ? <Select allowClear options={taxonomy.options(a)} /> : <Select {...search} options={taxonomy.options(a)} />}
          </Form.Item>
        ))}
        <Form.Item name="cost_from" label={t('field.costFrom')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="cost_to" label={t('field.costTo')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="cost_evidence" label={`${t('field.cost')} · ${t('field.evidence')}`}><Input maxLength={500} /></Form.Item>
        <Form.Item name="names" label={t('field.providers')} extra={t('form.tags')}><Select {...tags} /></Form.Item>
        <Form.Item name="apps" label={t('field.apps')} extra={t('form.tags')}><Select {...tags} /></Form.Item>
        <Form.Item name="standards" label={t('field.standards')} extra={t('form.tags')}><Select {...tags} /></Form.Item>
      </div>
      <Form.List name="effects">
        {(rows, { add, remove }) => (
          <Form.Item label={t('field.effects')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="lh-scenario-row">
                <Form.Item name={[name, 'kind']} label={t('field.kind')}><Select options={taxonomy.options('value')} popupMatchSelectWidth={false} /></Form.Item>
                <Form.Item name={[name, 'name', 'zh']} label={t('form.inZh', { label: t('field.figure') })}><Input maxLength={120} /></Form.Item>
                <Form.Item name={[name, 'name', 'en']} label={t('form.inEn', { label: t('field.figure') })}><Input maxLength={120} /></Form.Item>
                <Form.Item name={[name, 'before']} label={t('field.before')}><InputNumber style={{ width: '100%' }} /></Form.Item>
                <Form.Item name={[name, 'value']} label={t('field.value')}><InputNumber style={{ width: '100%' }} /></Form.Item>
                <Form.Item name={[name, 'unit']} label={t('field.unit')}><Input maxLength={20} /></Form.Item>
                <Form.Item name={[name, 'evidence']} label={t('field.evidence')}><Input maxLength={500} /></Form.Item>
                <Form.Item><Button onClick={() => remove(name)}>{t('form.remove')}</Button></Form.Item>
              </div>
            ))}
            <Button onClick={() => add({ value: 0, unit: '', evidence: '', name: { zh: '', en: '' } })}>{t('form.add')}</Button>
          </Form.Item>
        )}
      </Form.List>
      <Form.Item label={t('field.pictures')} extra={s?.open ? undefined : t('form.pictureNote')}>
        <Upload accept="image/*" showUploadList={false} disabled={!s?.open} beforeUpload={(file) => { attach.mutate(file); return false }}><Button disabled={!s?.open} loading={attach.isPending}>{t('form.picture')} ({before.pictures.length})</Button></Upload>
      </Form.Item>
    </EntityForm>
  )
}
