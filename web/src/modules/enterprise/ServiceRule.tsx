import { Button, Card, Checkbox, Form, Input, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { api, EntityForm, Failure, ifMatch, Loading, none, PlainTable, read, useChange, useFormat, useMay } from '../../kernel'
import { Definition } from './ServiceCounts'
import { servicesKey, useRule, type Rule } from './services'
import { useEnterpriseTexts } from './texts'

/** The rule of counting with all its versions; the bureau sets new ones. */
export function RulePage() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const may = useMay()
  const rule = useRule()
  const [open, show] = useState(false)
  if (rule.error) return <Failure problem={rule.error} retry={() => void rule.refetch()} />
  if (!rule.data) return <Loading />
  const r = rule.data.rule
  return (
    <div className="lh-stack">
      <Definition />
      {may('enterprise.service.rule') && <div><Button onClick={() => show(true)}>{t('services.newRule')}</Button></div>}
      <Card size="small" title={t('services.before')}>
        <PlainTable<Rule>
          label={t('services.before')} rowKey="version" dataSource={[r, ...rule.data.before]}
          columns={[
            { title: t('services.field.rule'), render: (_, x) => <span className="lh-number">{x.version}</span> },
            { title: t('services.since'), render: (_, x) => <span className="lh-number">{f.time(x.at)}</span> },
            { title: t('services.window'), align: 'right', render: (_, x) => <span className="lh-number">{x.window_days}</span> },
            { title: t('services.answer'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{x.answer_days}</span> },
            { title: t('services.reviews'), responsive: ['md'], render: (_, x) => t(x.reviews ? 'services.yes' : 'services.no') },
            { title: t('services.setBy'), responsive: ['md'], render: (_, x) => x.name || t('services.system') },
            { title: t('services.ruleNote'), responsive: ['lg'], render: (_, x) => <span className="lh-wrap">{x.note || none}</span> },
          ]}
        />
      </Card>
      {open && <Revise rule={r} close={() => show(false)} />}
    </div>
  )
}

interface Values { window_days: number; answer_days: number; reviews: boolean; note?: string }

function Revise({ rule: r, close }: { rule: Rule; close: () => void }) {
  const t = useEnterpriseTexts()
  const set = useChange({
    run: (v: Values) => read(api.POST('/api/enterprise/services/rule', { params: { header: ifMatch(r.version) }, body: { window_days: v.window_days, answer_days: v.answer_days, reviews: v.reviews, note: v.note ?? '' } })),
    refresh: [servicesKey], done: t('services.ruleDone'), quiet: true, after: close,
  })
  return (
    <Modal open onCancel={close} title={t('services.newRule')} footer={null}>
      <EntityForm<Values> name="rule" initial={{ window_days: r.window_days, answer_days: r.answer_days, reviews: r.reviews }} submit={(v) => set.mutateAsync(v)} submitLabel={t('services.newRule')} cancel={close}>
        <p className="lh-note">{t('services.ruleNoteWhat')}</p>
        <Form.Item name="window_days" label={t('services.window')}><InputNumber min={1} max={366} precision={0} /></Form.Item>
        <Form.Item name="answer_days" label={t('services.answer')}><InputNumber min={1} max={90} precision={0} /></Form.Item>
        <Form.Item name="reviews" valuePropName="checked"><Checkbox>{t('services.reviews')}</Checkbox></Form.Item>
        <Form.Item name="note" label={t('services.ruleNote')}><Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}
