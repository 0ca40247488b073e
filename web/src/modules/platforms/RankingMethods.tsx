import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Checkbox, Drawer, Form, Input, InputNumber, Select, type FormInstance } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, NameFields, PlainTable, read, useChange, useMay, useText } from '../../kernel'
import { useVocabulary } from './data'
import { Judgements } from './Judgements'
import { Origins } from './Origin'
import { Places } from './Ranking'
import { fitted, lastMonths, without } from './matrix'
import { rankingsKey, useItemNames, useMethods, type Method, type Ranking } from './rankings'
import { usePlatformTexts } from './texts'

interface Values { name: { zh: string; en: string }; note: string; class: string; method: Method }

const fresh: Values = {
  name: { zh: '', en: '' }, note: '', class: '',
  method: { items: [{ code: 'dev_connected', per: '', reverse: false, log: true, weight: 1 }, { code: 'ent_served', per: '', reverse: false, log: true, weight: 1 }], trim: 0.05, scaling: 'minmax', weighting: 'hand', judgements: [], lambda: 0.6, cap: 0, trust: true, error: 0.02 },
}

/** The ways in which platforms are ranked. */
export function RankingMethods() {
  const t = usePlatformTexts()
  const text = useText()
  const may = useMay()
  const vocabulary = useVocabulary()
  const names = useItemNames()
  const methods = useMethods()
  const [edited, edit] = useState<Ranking | 'new' | null>(null)
  if (methods.error) return <Failure problem={methods.error} retry={() => void methods.refetch()} />
  if (!methods.data) return <Loading />
  const add = may('platforms.review') && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{t('ranking.add')}</Button>
  const { items } = methods.data
  return (
    <>
      {items.length === 0 ? <EmptyState title={t('ranking.noMethods')} note={t('ranking.noMethodsNote')} action={add} /> : (
        <>
          {add && <div className="lh-bar lh-list-bar">{add}</div>}
          <PlainTable<Ranking>
            label={t('ranking.methods')} rowKey="id" dataSource={items}
            columns={[
              { key: 'name', title: t('ranking.name'), render: (_, m) => <span className="lh-two"><strong>{text(m.name)}</strong><span>{m.note}</span></span> },
              { key: 'class', title: t('field.class'), responsive: ['md'], render: (_, m) => (m.class ? vocabulary.title('classes', m.class) : t('ranking.allClasses')) },
              { key: 'weighting', title: t('ranking.weighting'), render: (_, m) => t(`ranking.weightings.${m.method.weighting}`) },
              { key: 'items', title: t('ranking.items'), responsive: ['lg'], render: (_, m) => <span className="lh-wrap">{m.method.items.map(names).join(' · ')}</span> },
              { key: 'edition', title: t('ranking.edition'), align: 'right', responsive: ['sm'], render: (_, m) => <span className="lh-number">{m.version}</span> },
              ...(may('platforms.review') ? [{ key: 'acts', title: '', align: 'right' as const, render: (_: unknown, m: Ranking) => <Acts ranking={m} edit={() => edit(m)} /> }] : []),
            ]}
          />
        </>
      )}
      <MethodDrawer ranking={edited === 'new' ? null : edited} open={edited !== null} close={() => edit(null)} />
    </>
  )
}

function Acts({ ranking, edit }: { ranking: Ranking; edit: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const remove = useChange({ run: () => read(api.DELETE('/api/platforms/rank/methods/{id}', { params: { path: { id: ranking.id } } })), refresh: [rankingsKey], done: t('ranking.removed'), quiet: true })
  return (
    <span className="lh-target-acts">
      <Button size="small" onClick={edit}>{t('availability.change')}</Button>
      <Confirm title={t('ranking.removeTitle', { name: text(ranking.name) })} note={t('ranking.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync()} button={{ size: 'small' }} />
    </span>
  )
}

/** Makes the API's input of what the form holds. */
function inputOf(v: Values) {
  const ahp = v.method.weighting === 'ahp' || v.method.weighting === 'ahp_entropy'
  const judgements = ahp ? (v.method.judgements ?? []).map((j) => ({ expert: j.expert ?? '', matrix: fitted(j.matrix, v.method.items.length) })) : []
  const items = v.method.items.map((x) => ({ code: x.code ?? '', per: x.per ?? '', reverse: x.reverse ?? false, log: x.log ?? false, weight: x.weight ?? 0 }))
  return { name: { zh: v.name.zh ?? '', en: v.name.en ?? '' }, note: v.note ?? '', class: v.class ?? '', method: { ...v.method, items, judgements } }
}

function MethodDrawer({ ranking, open, close }: { ranking: Ranking | null; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Values>()
  const change = useChange({
    run: (v: Values) => (ranking ? read(api.PUT('/api/platforms/rank/methods/{id}', { params: { path: { id: ranking.id }, header: ifMatch(ranking.version) }, body: inputOf(v) })) : read(api.POST('/api/platforms/rank/methods', { body: inputOf(v) }))),
    refresh: [rankingsKey], done: t('page.saved'), after: close, quiet: true,
  })
  return (
    <Drawer open={open} onClose={close} size={960} title={t(ranking ? 'ranking.edit' : 'ranking.add')} destroyOnHidden>
      <EntityForm<Values> form={form} initial={ranking ?? fresh} submit={() => change.mutateAsync(form.getFieldsValue(true) as Values)} cancel={close} wide name="method">
        <Fields form={form} />
        <Preview form={form} />
      </EntityForm>
    </Drawer>
  )
}

function Fields({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const vocabulary = useVocabulary()
  const weighting = Form.useWatch<Method['weighting'] | undefined>(['method', 'weighting'], form)
  const ahp = weighting === 'ahp' || weighting === 'ahp_entropy'
  const names = useItemNames()
  const items = Form.useWatch<Method['items'] | undefined>(['method', 'items'], form) ?? []
  const options = <K extends string>(kinds: readonly K[], label: (k: K) => string) => kinds.map((k) => ({ value: k, label: label(k) }))
  return (
    <>
      <NameFields name="name" label={t('ranking.name')} required />
      <div className="lh-pair">
        <Form.Item name="class" label={t('ranking.compares')} extra={t('ranking.comparesNote')}><Select options={[{ value: '', label: t('ranking.allClasses') }, ...vocabulary.options('classes')]} /></Form.Item>
        <Form.Item name="note" label={t('field.description')}><Input maxLength={2000} /></Form.Item>
      </div>
      <Items form={form} hand={weighting === 'hand'} />
      <div className="lh-pair">
        <Form.Item name={['method', 'weighting']} label={t('ranking.weighting')}><Select options={options(['hand', 'ahp', 'entropy', 'ahp_entropy'] as const, (k) => t(`ranking.weightings.${k}`))} /></Form.Item>
        <Form.Item name={['method', 'scaling']} label={t('ranking.scaling')}><Select options={options(['minmax', 'zscore', 'place'] as const, (k) => t(`ranking.scalings.${k}`))} /></Form.Item>
      </div>
      {ahp && <Form.Item name={['method', 'judgements']} label={t('ranking.judgements')} extra={t('ranking.judgementsNote')}><Judgements titles={items.map((x) => names({ code: x?.code ?? '', per: x?.per ?? '' }))} /></Form.Item>}
      <div className="lh-pair">
        {weighting === 'ahp_entropy' && <Form.Item name={['method', 'lambda']} label={t('ranking.lambda')} extra={t('ranking.lambdaNote')}><InputNumber min={0} max={1} step={0.1} style={{ width: '100%' }} /></Form.Item>}
        <Form.Item name={['method', 'trim']} label={t('ranking.trim')} extra={t('ranking.trimNote')}><InputNumber min={0} max={0.25} step={0.01} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name={['method', 'cap']} label={t('ranking.cap')} extra={t('ranking.capNote')}><InputNumber min={0} max={1} step={0.05} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name={['method', 'error']} label={t('ranking.error')} extra={t('ranking.errorNote')}><InputNumber min={0} max={0.5} step={0.01} style={{ width: '100%' }} /></Form.Item>
      </div>
      <Form.Item name={['method', 'trust']} valuePropName="checked"><Checkbox>{t('ranking.trust')}</Checkbox></Form.Item>
    </>
  )
}

/** The items that count. Judgements follow when one is taken away. */
function Items({ form, hand }: { form: FormInstance<Values>; hand: boolean }) {
  const t = usePlatformTexts()
  const text = useText()
  const methods = useMethods()
  const indicators = (methods.data?.indicators ?? []).map((x) => ({ value: x.code, label: text(x.title) }))
  const search = { showSearch: { optionFilterProp: 'label' }, popupMatchSelectWidth: false }
  const remove = (k: number, take: (k: number) => void) => {
    take(k)
    const list = form.getFieldValue(['method', 'judgements']) as Method['judgements'] | undefined
    form.setFieldValue(['method', 'judgements'], (list ?? []).map((j) => ({ ...j, matrix: without(j.matrix, k) })))
  }
  return (
    <Form.List name={['method', 'items']}>
      {(fields, { add, remove: take }) => (
        <Card size="small" title={t('ranking.items')} className="lh-form-problem" extra={fields.length < 30 && <Button size="small" icon={<PlusOutlined />} onClick={() => add({ code: undefined, per: '', reverse: false, log: false, weight: 1 })}>{t('ranking.addItem')}</Button>}>
          {fields.map((x) => (
            <div key={x.key} className="lh-rank-item">
              <Form.Item name={[x.name, 'code']} label={t('field.indicator')}><Select options={indicators} {...search} /></Form.Item>
              <Form.Item name={[x.name, 'per']} label={t('ranking.per')}><Select options={[{ value: '', label: t('ranking.perNone') }, ...indicators]} {...search} /></Form.Item>
              <Form.Item name={[x.name, 'log']} valuePropName="checked"><Checkbox>{t('ranking.log')}</Checkbox></Form.Item>
              <Form.Item name={[x.name, 'reverse']} valuePropName="checked"><Checkbox>{t('ranking.reverse')}</Checkbox></Form.Item>
              {hand && <Form.Item name={[x.name, 'weight']} label={t('ranking.weight')}><InputNumber min={0} max={100} style={{ width: '100%' }} /></Form.Item>}
              {fields.length > 2 && <Button type="text" icon={<DeleteOutlined />} aria-label={t('ranking.removeItem', { n: x.name + 1 })} onClick={() => remove(x.name, take)} />}
            </div>
          ))}
        </Card>
      )}
    </Form.List>
  )
}

/** What the method on the form would make of a month; nothing is kept. */
function Preview({ form }: { form: FormInstance<Values> }) {
  const t = usePlatformTexts()
  const names = useItemNames()
  const months = lastMonths(24)
  const [month, setMonth] = useState(months[0]!)
  const [tried, setTried] = useState<{ items: string[]; month: string }>({ items: [], month })
  const look = useChange({
    run: () => {
      const v = inputOf(form.getFieldsValue(true) as Values)
      setTried({ items: v.method.items.map(names), month })
      return read(api.POST('/api/platforms/rank/previews', { body: { month, class: v.class, method: v.method } }))
    },
    quiet: true,
  })
  return (
    <div className="lh-stack lh-form-problem">
      <div className="lh-bar">
        <Select aria-label={t('ranking.month')} value={month} onChange={setMonth} options={months.map((m) => ({ value: m, label: m }))} />
        <Button onClick={() => look.mutate()} loading={look.isPending}>{t('ranking.preview')}</Button>
      </div>
      {look.error && <Failure problem={look.error} />}
      {look.data && !look.isPending && <Places ranked={look.data} items={tried.items} month={tried.month} />}
      <Origins />
    </div>
  )
}
