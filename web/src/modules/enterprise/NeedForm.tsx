import { Checkbox, DatePicker, Form, Input, InputNumber, Radio, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { EntityForm, Failure, Loading, type Schema } from '../../kernel'
import { useMarketWords, type Need } from './market'
import { Invitees } from './NeedInvitees'
import { useEnterpriseTexts } from './texts'

type Body = Schema<'NeedBody'>
interface Values { title: string; text: string; scenario: string; technologies?: string[]; budget_from?: number | null; budget_to?: number | null; confidential: boolean; on_site?: boolean; invite?: string[]; reply_until: Dayjs }

function bodyOf(v: Values): Body {
  const money = (n: number | null | undefined) => (n === undefined || n === null ? undefined : n)
  const from = money(v.budget_from)
  const to = money(v.budget_to)
  return {
    title: v.title ?? '', text: v.text ?? '', scenario: v.scenario ?? '', technologies: v.technologies ?? [], confidential: v.confidential, on_site: v.on_site ?? false, invite: v.invite ?? [], reply_until: v.reply_until.toISOString(),
    ...(from === undefined ? {} : { budget_from: from }), ...(to === undefined ? {} : { budget_to: to }),
  }
}

interface Props { need?: Need; scenario?: string; invite?: string; submit: (b: Body) => Promise<unknown>; cancel: () => void }

/** What an enterprise needs: a draft, which nobody else sees. */
export function NeedForm(p: Props) {
  const words = useMarketWords()
  if (words.error) return <Failure problem={words.error} />
  return words.ready ? <Fields {...p} /> : <Loading />
}

/** The form, once the scenario that it begins with can be chosen. */
function Fields({ need, scenario = '', invite = '', submit, cancel }: Props) {
  const t = useEnterpriseTexts()
  const words = useMarketWords()
  const must = (label: string) => [{ required: true, message: t('market.need.missing', { label }) }]
  const initial: Partial<Values> = need
    ? { title: need.title, text: need.text, scenario: need.scenario, technologies: need.technologies, budget_from: need.budget_from ?? null, budget_to: need.budget_to ?? null, confidential: need.confidential, on_site: need.on_site, invite: need.invite, reply_until: dayjs(need.reply_until) }
    : { ...(words.options('scenarios').some((o) => o.value === scenario) ? { scenario } : {}), invite: invite ? [invite] : [], confidential: false, reply_until: dayjs().add(14, 'day').endOf('day').millisecond(0) }
  return (
    <EntityForm<Values> name="need" initial={initial} submit={(v) => submit(bodyOf(v))} submitLabel={t('market.need.save')} cancel={cancel} wide>
      <Form.Item name="title" label={t('market.need.field.title')} rules={must(t('market.need.field.title'))}><Input maxLength={200} /></Form.Item>
      <Form.Item name="text" label={t('market.need.field.text')} rules={must(t('market.need.field.text'))}><Input.TextArea maxLength={8000} autoSize={{ minRows: 4, maxRows: 14 }} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="scenario" label={t('market.need.field.scenario')} rules={must(t('market.need.field.scenario'))}><Select options={words.options('scenarios')} showSearch={{ optionFilterProp: 'label' }} /></Form.Item>
        <Form.Item name="technologies" label={t('market.need.field.technologies')}><Select mode="multiple" options={words.options('technologies')} optionFilterProp="label" /></Form.Item>
        <Form.Item name="budget_from" label={`${t('market.need.field.budget')} · ${t('market.need.field.from')}`}><InputNumber min={0} className="lh-market-wide" /></Form.Item>
        <Form.Item name="budget_to" label={`${t('market.need.field.budget')} · ${t('market.need.field.to')}`}><InputNumber min={0} className="lh-market-wide" /></Form.Item>
        <Form.Item name="reply_until" label={t('market.need.field.until')} extra={t('market.need.untilNote')} rules={must(t('market.need.field.until'))}><DatePicker showTime className="lh-market-wide" /></Form.Item>
      </div>
      <Form.Item name="on_site" label={t('market.need.field.onSite')} valuePropName="checked"><Checkbox>{t('market.need.onSite')}</Checkbox></Form.Item>
      {(initial.invite ?? []).length > 0 && <Form.Item name="invite" label={t('market.need.inviteOnPublish')} extra={t('market.need.inviteNote')}><Invitees /></Form.Item>}
      <Form.Item name="confidential" label={t('market.need.field.confidential')}>
        <Radio.Group options={[{ value: false, label: t('market.need.open') }, { value: true, label: `${t('market.need.confidential')} · ${t('market.need.confidentialNote')}` }]} />
      </Form.Item>
    </EntityForm>
  )
}
