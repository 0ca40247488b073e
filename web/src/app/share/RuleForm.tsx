import { DatePicker, Form, Input, Select, Switch } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { api, EntityForm, ifMatch, read, useChange, useMay, useText } from '../../kernel'
import { organisationKinds, rulesKey, sharedKey, usePartners, useVocabulary, type RuleDetail } from './data'
import { useShareTexts } from './texts'

interface Values {
  zh: string
  en: string
  noun: string
  city: boolean
  filters: Record<string, string[]>
  organisations: string[]
  kinds: (typeof organisationKinds)[number][]
  districts: string[]
  purpose: string
  until: Dayjs
}

function bodyOf(v: Values) {
  return {
    title: { zh: v.zh ?? '', en: v.en ?? '' }, noun: v.noun, city: v.city ?? false, filters: v.filters ?? {}, purpose: v.purpose, until: v.until.endOf('day').toISOString(),
    audience: { organisations: v.organisations ?? [], kinds: v.kinds ?? [], districts: v.districts ?? [] },
  }
}

function initialOf(rule: RuleDetail | undefined, noun: string): Partial<Values> {
  if (!rule) return { noun, until: dayjs().add(1, 'year'), city: false }
  return { ...rule.title, noun: rule.noun, city: rule.city ?? false, filters: Object.fromEntries(Object.entries(rule.filters ?? {}).map(([name, values]) => [name, values ?? []])), ...rule.audience, purpose: rule.purpose, until: dayjs(rule.until) }
}

/** Drafts a rule, or changes one. */
export function RuleForm({ rule, close }: { rule?: RuleDetail; close: (id?: string) => void }) {
  const t = useShareTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const save = useChange({
    run: (v: Values) =>
      rule
        ? read(api.PUT('/api/share/rules/{id}', { params: { path: { id: rule.id }, header: ifMatch(rule.version) }, body: bodyOf(v) }))
        : read(api.POST('/api/share/rules', { body: bodyOf(v) })),
    refresh: [rulesKey, sharedKey],
    done: t('saved'),
    after: (r) => close(r.id),
    quiet: true,
  })
  const first = vocabulary.kinds[0]
  if (!first) return null
  return (
    <EntityForm<Values> initial={initialOf(rule, first.noun)} submit={(v) => save.mutateAsync(v)} submitLabel={rule ? t('save') : t('rules.draft')} cancel={() => close()} wide>
      <Fields fixed={rule !== undefined} named={(rule?.audience.organisations ?? []).map((id, i) => ({ value: id, label: text(rule?.with[i]) || id }))} />
    </EntityForm>
  )
}

function Fields({ fixed, named }: { fixed: boolean; named: { value: string; label: string }[] }) {
  const t = useShareTexts()
  const text = useText()
  const may = useMay()
  const vocabulary = useVocabulary()
  const partners = usePartners()
  const noun = Form.useWatch<string>('noun')
  const kind = vocabulary.kinds.find((k) => k.noun === noun)
  const needed = (label: string) => [{ required: true, message: t('missing', { label }) }]
  const several = { mode: 'multiple' as const, allowClear: true, showSearch: { optionFilterProp: 'label' } }
  return (
    <>
      <div className="lh-pair">
        <Form.Item name="zh" label={t('field.titleZH')} rules={needed(t('field.titleZH'))}><Input maxLength={100} /></Form.Item>
        <Form.Item name="en" label={t('field.titleEN')}><Input maxLength={100} /></Form.Item>
      </div>
      <Form.Item name="noun" label={t('field.kind')}>
        <Select disabled={fixed} options={vocabulary.kinds.map((k) => ({ value: k.noun, label: text(k.title) }))} />
      </Form.Item>
      {kind?.attributes.map((a) => (
        <Form.Item key={a.name} name={['filters', a.name]} label={t('rules.filterOf', { title: text(a.title) })}>
          <Select {...several} placeholder={t('rules.all')} options={a.values.map((v) => ({ value: v.value, label: text(v.title) }))} />
        </Form.Item>
      ))}
      <Form.Item name="organisations" label={t('rules.organisations')} extra={t('rules.audienceNote')}>
        <Select {...several} showSearch={{ optionFilterProp: 'label', onSearch: partners.search }} options={[...partners.options, ...named.filter((n) => !partners.options.some((o) => o.value === n.value))]} />
      </Form.Item>
      <div className="lh-pair">
        <Form.Item name="kinds" label={t('rules.kinds')}>
          <Select {...several} options={organisationKinds.map((k) => ({ value: k, label: t(`organisationKind.${k}`) }))} />
        </Form.Item>
        <Form.Item name="districts" label={t('rules.districts')}>
          <Select {...several} options={vocabulary.districts} />
        </Form.Item>
      </div>
      <Form.Item name="purpose" label={t('field.purpose')} extra={t('rules.purposeNote')} rules={needed(t('field.purpose'))}><Input.TextArea rows={2} maxLength={500} /></Form.Item>
      <Form.Item name="until" label={t('field.until')} rules={needed(t('field.until'))}><DatePicker minDate={dayjs()} allowClear={false} /></Form.Item>
      {may('share.city') && (
        <Form.Item name="city" label={t('field.city')} extra={t('rules.cityNote')} valuePropName="checked"><Switch disabled={fixed} /></Form.Item>
      )}
    </>
  )
}
