import { useQuery } from '@tanstack/react-query'
import { Alert, Collapse, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { api, EntityForm, read, useText, type Schema } from '../../kernel'
import { incidentKey, markOf, marks, useIncidentTexts, useWords, type Level } from './incidentData'

type Said = Schema<'IncidentSaid'>
export interface Values extends Omit<Said, 'aware_at' | 'occurred_at' | 'discovered_at'> {
  aware_at: Dayjs | null
  occurred_at?: Dayjs | null
  discovered_at?: Dayjs | null
  organisation_id?: string
  drill?: string
}

/** What is said of an incident: few fields first, the rest behind. */
export function IncidentForm({ initial, submit, cancel, label, before, after }: { initial?: Said; submit: (said: Said, values: Values) => Promise<unknown>; cancel: () => void; label: string; before?: React.ReactNode; after?: React.ReactNode }) {
  const t = useIncidentTexts()
  const text = useText()
  const words = useWords()
  const [form] = Form.useForm<Values>()
  const missing = (name: 'title' | 'summary' | 'category' | 'aware') => [{ required: true, message: t('incident.missing', { label: t(`incident.field.${name}`) }) }]
  const choice = (group: 'importances' | 'losses' | 'harms', values: string[]) => <Select allowClear options={values.map((v) => ({ value: v, label: t(`incident.${group}.${v}` as 'incident.harms.major') }))} />
  return (
    <EntityForm<Values>
      wide form={form} submitLabel={label} cancel={cancel}
      initial={initial ? { ...initial, aware_at: dayjs(initial.aware_at), occurred_at: initial.occurred_at ? dayjs(initial.occurred_at) : null, discovered_at: initial.discovered_at ? dayjs(initial.discovered_at) : null } : { kind: 'other', tlp: 'amber', aware_at: dayjs() }}
      submit={(v) => submit({
        title: v.title ?? '', summary: v.summary ?? '', category: v.category ?? '', kind: v.kind, tlp: v.tlp, importance: v.importance ?? '', loss: v.loss ?? '', harm: v.harm ?? '', aware_at: v.aware_at!.toISOString(),
        ...(v.occurred_at ? { occurred_at: v.occurred_at.toISOString() } : {}), ...(v.discovered_at ? { discovered_at: v.discovered_at.toISOString() } : {}),
      }, v)}
    >
      {before}
      <Form.Item name="title" label={t('incident.field.title')} rules={missing('title')}><Input maxLength={120} /></Form.Item>
      <Form.Item name="summary" label={t('incident.field.summary')} rules={missing('summary')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 3, maxRows: 12 }} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="category" label={t('incident.field.category')} rules={missing('category')}><Select options={(words?.categories ?? []).map((c) => ({ value: c.id, label: text(c.name) }))} /></Form.Item>
        <Form.Item name="aware_at" label={t('incident.field.aware')} extra={t('incident.help.aware')} rules={missing('aware')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
      </div>
      <Collapse
        ghost size="small" defaultActiveKey={initial ? ['more'] : []}
        items={[{
          key: 'more', label: t('incident.help.more'), forceRender: true,
          children: (
            <>
              <div className="lh-pair">
                <Form.Item name="importance" label={t('incident.field.importance')}>{choice('importances', ['special', 'important', 'general'])}</Form.Item>
                <Form.Item name="loss" label={t('incident.field.loss')}>{choice('losses', ['extreme', 'serious', 'large', 'small'])}</Form.Item>
                <Form.Item name="harm" label={t('incident.field.harm')}>{choice('harms', ['extreme', 'major', 'large', 'ordinary'])}</Form.Item>
                <Form.Item name="kind" label={t('incident.field.kind')} extra={t('incident.help.kind')}><Select options={(['other', 'cii', 'central'] as const).map((k) => ({ value: k, label: t(`incident.kinds.${k}`) }))} /></Form.Item>
                <Form.Item name="occurred_at" label={t('incident.field.occurred')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
                <Form.Item name="discovered_at" label={t('incident.field.discovered')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
                <Form.Item name="tlp" label={t('incident.field.tlp')} extra={t('incident.help.tlp')}><Select options={marks.map((m) => ({ value: m, label: markOf(m) }))} /></Form.Item>
                {after}
              </div>
              <Form.Item noStyle shouldUpdate>{() => <Proposed values={form.getFieldsValue(true) as Values} />}</Form.Item>
            </>
          ),
        }]}
      />
    </EntityForm>
  )
}

/** Which level follows from what was said so far, with its reasons. */
function Proposed({ values: v }: { values: Values }) {
  const t = useIncidentTexts()
  const text = useText()
  const words = useWords()
  const query = { importance: v.importance ?? '', loss: v.loss ?? '', harm: v.harm ?? '' } as const
  const { data } = useQuery({ queryKey: [...incidentKey, 'proposal', query], queryFn: () => read(api.GET('/api/security/incidents/proposal', { params: { query } })), enabled: Object.values(query).some((x) => x !== '') })
  if (!data) return null
  return (
    <Alert
      type="info" showIcon className="lh-form-problem" title={`${t('incident.proposal')}: ${t(`incident.levels.l${data.level as Level}`)}`}
      description={<><ul className="lh-faults">{data.reasons.map((r) => <li key={r.en}>{text(r)}</li>)}</ul>{words && <p className="lh-muted">{text(words.rule_source)}</p>}</>}
    />
  )
}
