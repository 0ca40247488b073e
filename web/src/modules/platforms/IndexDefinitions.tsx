import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Drawer, Form, Input, InputNumber, Select, type FormInstance } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, NameFields, PlainTable, read, useChange, useFormat, useMay, useText } from '../../kernel'
import { useVocabulary } from './data'
import { useCatalogue } from './data'
import { Judgements } from './Judgements'
import { WeightsNotes, WeightsTable } from './IndexWeights'
import { indicesKey, useCohortName, useIndices, type Cohort, type DevelopmentIndex, type IndexDefinition } from './indices'
import { lastMonths, without } from './matrix'
import { weighed } from './months'
import { usePlatformTexts } from './texts'
import { usesEntropy, weightingOf, weightings, type Weighting } from './weightings'
import './analysis.css'

interface Values { name: { zh: string; en: string }; note: string; sample: Cohort; definition: IndexDefinition }

const dimension = (zh: string, en: string, weight: number, items: [string, number][]) => ({ name: { zh, en }, weight, weighting: { by: 'hand' as const }, items: items.map(([code, w]) => ({ code, weight: w })) })

/** Proposed to begin with: the catalogue's groups, all weights alike. */
const fresh = (): Values => ({
  name: { zh: '', en: '' }, note: '', sample: { class: '', district: '', industry: '' },
  definition: {
    base: lastMonths(13)[12]!, mean: 'arithmetic', weighting: { by: 'hand' }, window: { from: lastMonths(12)[11]!, until: lastMonths(1)[0]! },
    dimensions: [
      dimension('资源汇聚', 'Resources gathered', 25, [['dev_connected', 100]]), dimension('知识沉淀', 'Knowledge kept', 25, [['model_total', 50], ['app_total', 50]]),
      dimension('应用活力', 'Use', 25, [['user_mau', 100]]), dimension('企业赋能', 'Enterprises served', 25, [['ent_served', 100]]),
    ],
  },
})

/** What development indices are made of. */
export function IndexDefinitions() {
  const t = usePlatformTexts()
  const text = useText()
  const may = useMay()
  const f = useFormat()
  const sample = useCohortName()
  const names = useCatalogue()
  const list = useIndices()
  const [edited, edit] = useState<DevelopmentIndex | 'new' | null>(null)
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  const add = may('platforms.review') && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{t('index.add')}</Button>
  const { items } = list.data
  return (
    <>
      {items.length === 0 ? <EmptyState title={t('index.noDefinitions')} note={t('index.noDefinitionsNote')} action={add} /> : (
        <>
          {add && <div className="lh-bar lh-list-bar">{add}</div>}
          <PlainTable<DevelopmentIndex>
            label={t('index.definitions')} rowKey="id" dataSource={items}
            columns={[
              { key: 'name', title: t('index.name'), render: (_, x) => <span className="lh-two"><strong>{text(x.name)}</strong><span>{x.note}</span></span> },
              { key: 'base', title: t('index.base'), render: (_, x) => <span className="lh-number">{x.definition.base}</span> },
              { key: 'sample', title: t('index.sample'), responsive: ['md'], render: (_, x) => sample(x.sample) },
              { key: 'mean', title: t('index.mean'), responsive: ['lg'], render: (_, x) => t(`index.means.${x.definition.mean}`) },
              { key: 'weighting', title: t('ranking.weighting'), responsive: ['lg'], render: (_, x) => [...new Set([x.definition, ...x.definition.dimensions].map((g) => t(`index.weightings.${g.weighting?.by ?? 'hand'}`)))].join(' · ') },
              { key: 'items', title: t('index.dimensions'), responsive: ['lg'], render: (_, x) => <span className="lh-wrap">{x.definition.dimensions.map((d) => `${text(d.name)}${x.definition.weighting?.by === 'entropy' ? '' : ` ${f.number(d.weight, 2)}%`}: ${d.items.map((i) => names(i.code)).join(', ')}`).join(' · ')}</span> },
              { key: 'edition', title: t('index.edition'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{x.version}</span> },
              ...(may('platforms.review') ? [{ key: 'acts', title: '', align: 'right' as const, render: (_: unknown, x: DevelopmentIndex) => <Acts index={x} edit={() => edit(x)} /> }] : []),
            ]}
          />
        </>
      )}
      <DefinitionDrawer index={edited === 'new' ? null : edited} open={edited !== null} close={() => edit(null)} />
    </>
  )
}

function Acts({ index, edit }: { index: DevelopmentIndex; edit: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const remove = useChange({ run: () => read(api.DELETE('/api/platforms/index/definitions/{id}', { params: { path: { id: index.id } } })), refresh: [indicesKey], done: t('ranking.removed'), quiet: true })
  return (
    <span className="lh-target-acts">
      <Button size="small" onClick={edit}>{t('availability.change')}</Button>
      <Confirm title={t('index.removeTitle', { name: text(index.name) })} note={t('index.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync()} button={{ size: 'small' }} />
    </span>
  )
}

/** Makes the API's input of what the form holds. */
function inputOf(v: Values) {
  const dimensions = v.definition.dimensions.map((d) => {
    const items = (d.items ?? []).map((i) => ({ code: i?.code ?? '', weight: i?.weight ?? 0 }))
    return { name: { zh: d.name?.zh ?? '', en: d.name?.en ?? '' }, weight: d.weight ?? 0, weighting: weightingOf(d.weighting, items.length), items }
  })
  const { base, mean, weighting, window } = v.definition
  const definition = { base: base ?? '', mean, weighting: weightingOf(weighting, dimensions.length), dimensions, ...(usesEntropy(v.definition) ? { window: { from: window?.from ?? '', until: window?.until ?? '' } } : {}) }
  return { name: { zh: v.name.zh ?? '', en: v.name.en ?? '' }, note: v.note ?? '', sample: { class: v.sample.class ?? '', district: v.sample.district ?? '', industry: v.sample.industry ?? '' }, definition }
}

/** What the form begins with: months for entropy are proposed where there are none. */
function initialOf(index: DevelopmentIndex | null): Values {
  const proposed = fresh()
  return index ? { ...index, definition: { ...index.definition, window: index.definition.window ?? proposed.definition.window! } } : proposed
}

function DefinitionDrawer({ index, open, close }: { index: DevelopmentIndex | null; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Values>()
  const change = useChange({
    run: (v: Values) => (index ? read(api.PUT('/api/platforms/index/definitions/{id}', { params: { path: { id: index.id }, header: ifMatch(index.version) }, body: inputOf(v) })) : read(api.POST('/api/platforms/index/definitions', { body: inputOf(v) }))),
    refresh: [indicesKey], done: t('page.saved'), after: close, quiet: true,
  })
  return (
    <Drawer open={open} onClose={close} size={960} title={t(index ? 'index.edit' : 'index.add')} destroyOnHidden>
      <EntityForm<Values> form={form} initial={initialOf(index)} submit={() => change.mutateAsync(form.getFieldsValue(true) as Values)} cancel={close} wide name="index">
        <Fields form={form} />
        <Try form={form} />
      </EntityForm>
    </Drawer>
  )
}

function Fields({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const vocabulary = useVocabulary()
  const all = (kind: 'classes' | 'districts' | 'industries') => <Select showSearch={{ optionFilterProp: 'label' }} options={[{ value: '', label: t('analysis.all') }, ...vocabulary.options(kind)]} />
  return (
    <>
      <NameFields name="name" label={t('index.name')} required />
      <div className="lh-pair">
        <Form.Item name={['definition', 'base']} label={t('index.base')} extra={t('index.baseNote')} rules={[{ pattern: /^\d{4}-(0[1-9]|1[0-2])$/, message: t('index.baseForm') }]}><Input maxLength={7} placeholder="2025-01" /></Form.Item>
        <Form.Item name={['definition', 'mean']} label={t('index.mean')} extra={t('index.meanNote')}><Select options={(['arithmetic', 'geometric'] as const).map((x) => ({ value: x, label: t(`index.means.${x}`) }))} /></Form.Item>
        <Form.Item name={['sample', 'class']} label={t('field.class')}>{all('classes')}</Form.Item>
        <Form.Item name={['sample', 'district']} label={t('field.district')}>{all('districts')}</Form.Item>
        <Form.Item name={['sample', 'industry']} label={t('field.industry')}>{all('industries')}</Form.Item>
        <Form.Item name="note" label={t('field.description')}><Input maxLength={2000} /></Form.Item>
      </div>
      <Dimensions form={form} />
      <Window form={form} />
    </>
  )
}

/** The months that weights by entropy come from, where any do. */
function Window({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const definition = Form.useWatch<IndexDefinition | undefined>('definition', form)
  if (!definition?.dimensions || !usesEntropy(definition)) return null
  const month = { pattern: /^\d{4}-(0[1-9]|1[0-2])$/, message: t('index.baseForm') }
  return (
    <div className="lh-pair">
      <Form.Item name={['definition', 'window', 'from']} label={t('index.windowFrom')} extra={t('index.windowNote')} rules={[month]}><Input maxLength={7} placeholder="2025-01" /></Form.Item>
      <Form.Item name={['definition', 'window', 'until']} label={t('index.windowUntil')} rules={[month]}><Input maxLength={7} placeholder="2025-12" /></Form.Item>
    </div>
  )
}

/** Where the weights of a group come from; with experts, what they think. */
function Weighting({ name, by, titles, label }: { name: (string | number)[]; by: Weighting['by'] | undefined; titles: string[]; label: string }) {
  const t = usePlatformTexts()
  return (
    <>
      <Form.Item name={[...name, 'by']} label={label}><Select options={weightings.map((w) => ({ value: w, label: t(`index.weightings.${w}`) }))} /></Form.Item>
      {by === 'ahp' && <Form.Item name={[...name, 'judgements']} label={t('ranking.judgements')} extra={t('ranking.judgementsNote')}><Judgements titles={titles} /></Form.Item>}
    </>
  )
}

/** Takes one thing out of what experts judged. */
function forget(form: FormInstance<Values>, path: (string | number)[], k: number) {
  const at = [...path, 'judgements'] as unknown as Parameters<typeof form.getFieldValue>[0]
  const list = form.getFieldValue(at) as Weighting['judgements'] | undefined
  if (list) form.setFieldValue(at as never, list.map((j) => ({ ...j, matrix: without(j.matrix, k) })) as never)
}

/** The weights that the definition on the form would have now; nothing is kept. */
function Try({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const [tried, setTried] = useState<ReturnType<typeof inputOf> | null>(null)
  const look = useChange({
    run: () => {
      const v = inputOf(form.getFieldsValue(true) as Values)
      setTried(v)
      return read(api.POST('/api/platforms/index/weights', { body: v }))
    },
    quiet: true,
  })
  return (
    <div className="lh-stack lh-form-problem">
      <div><Button onClick={() => look.mutate()} loading={look.isPending}>{t('index.tryWeights')}</Button></div>
      {look.error && <Failure problem={look.error} />}
      {look.data && tried && !look.isPending && <><WeightsTable definition={tried.definition} weights={look.data} /><WeightsNotes definition={tried.definition} weights={look.data} /></>}
    </div>
  )
}

/** The dimensions, with what their weights add up to where they come by hand. */
function Dimensions({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const text = useText()
  const names = useCatalogue()
  const dimensions = Form.useWatch<IndexDefinition['dimensions'] | undefined>(['definition', 'dimensions'], form) ?? []
  const by = Form.useWatch<Weighting['by'] | undefined>(['definition', 'weighting', 'by'], form)
  const hand = by === undefined || by === 'hand'
  const drop = (k: number, take: (k: number) => void) => { take(k); forget(form, ['definition', 'weighting'], k) }
  return (
    <>
      <Form.List name={['definition', 'dimensions']}>
        {(fields, { add, remove }) => (
          <>
            {fields.map((d) => {
              const now = dimensions[d.name]
              return (
                <Card key={d.key} size="small" className="lh-form-problem" title={t('index.dimensionN', { n: d.name + 1 })} extra={fields.length > 1 && <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('index.removeDimension', { n: d.name + 1 })} onClick={() => drop(d.name, remove)} />}>
                  <div className="lh-index-dimension">
                    <Form.Item name={[d.name, 'name', 'zh']} label={t('index.nameZH')}><Input maxLength={100} /></Form.Item>
                    <Form.Item name={[d.name, 'name', 'en']} label={t('index.nameEN')}><Input maxLength={100} /></Form.Item>
                    {hand && <Form.Item name={[d.name, 'weight']} label={t('index.weight')}><InputNumber min={0} max={100} style={{ width: '100%' }} /></Form.Item>}
                  </div>
                  <Items dimension={d.name} form={form} hand={(now?.weighting?.by ?? 'hand') === 'hand'} sum={weighed((now?.items ?? []).map((i) => i?.weight))} />
                  <Weighting name={[d.name, 'weighting']} by={now?.weighting?.by} titles={(now?.items ?? []).map((i) => names(i?.code ?? ''))} label={t('index.weightingItems')} />
                </Card>
              )
            })}
            <div className="lh-bar lh-form-problem">
              {fields.length < 12 && <Button icon={<PlusOutlined />} onClick={() => add({ name: { zh: '', en: '' }, weight: 0, weighting: { by: 'hand' }, items: [{ weight: 100 }] })}>{t('index.addDimension')}</Button>}
              {hand && <Sum of={weighed(dimensions.map((d) => d?.weight))} label={t('index.sumDimensions')} />}
            </div>
          </>
        )}
      </Form.List>
      <Weighting name={['definition', 'weighting']} by={by} titles={dimensions.map((d, j) => (d?.name && text(d.name)) || t('index.dimensionN', { n: j + 1 }))} label={t('index.weightingDimensions')} />
    </>
  )
}

/** What weights add up to, marked while it is not 100. */
function Sum({ of, label }: { of: number; label: string }) {
  return <span className={of === 100 ? 'lh-muted' : 'lh-index-off'}>{label} {of}%</span>
}

function Items({ dimension: at, form, hand, sum }: { dimension: number; form: FormInstance<Values>; hand: boolean; sum: number }) {
  const t = usePlatformTexts()
  const text = useText()
  const list = useIndices()
  const indicators = (list.data?.indicators ?? []).map((x) => ({ value: x.code, label: `${text(x.title)} · ${text(x.group)}` }))
  return (
    <Form.List name={[at, 'items']}>
      {(fields, { add, remove }) => (
        <>
          {fields.map((x) => (
            <div key={x.key} className="lh-index-item">
              <Form.Item name={[x.name, 'code']} label={t('field.indicator')}><Select options={indicators} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} /></Form.Item>
              {hand && <Form.Item name={[x.name, 'weight']} label={t('index.itemWeight')}><InputNumber min={0} max={100} style={{ width: '100%' }} /></Form.Item>}
              {fields.length > 1 && <Button type="text" icon={<DeleteOutlined />} aria-label={t('ranking.removeItem', { n: x.name + 1 })} onClick={() => { remove(x.name); forget(form, ['definition', 'dimensions', at, 'weighting'], x.name) }} />}
            </div>
          ))}
          <div className="lh-bar lh-index-sum">
            {fields.length < 30 && <Button size="small" icon={<PlusOutlined />} onClick={() => add({ weight: 0 })}>{t('ranking.addItem')}</Button>}
            {hand && <Sum of={sum} label={t('index.sumItems')} />}
          </div>
        </>
      )}
    </Form.List>
  )
}
