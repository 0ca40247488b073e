import { Button, Form, Input, InputNumber, Modal, Radio } from 'antd'
import { useState } from 'react'
import { api, EntityForm, ifMatch, read, useChange } from '../../kernel'
import { policyKey, type ClaimDetail } from './policies'
import { useEnterpriseTexts } from './texts'

/** What the bureau does with an application: reviews, decides, records payments. */
export function CityActions({ claim: a }: { claim: ClaimDetail }) {
  const t = useEnterpriseTexts()
  const [open, show] = useState<'' | 'review' | 'decide' | 'pay'>('')
  const close = () => show('')
  return (
    <>
      {a.acts.includes('review') && <Button type="primary" onClick={() => show('review')}>{t('policy.application.review')}</Button>}
      {a.acts.includes('decide') && <Button type="primary" onClick={() => show('decide')}>{t('policy.application.decide')}</Button>}
      {a.acts.includes('pay') && <Button type="primary" onClick={() => show('pay')}>{t('policy.application.pay')}</Button>}
      {open === 'review' && <Review claim={a} close={close} />}
      {open === 'decide' && <Decide claim={a} close={close} />}
      {open === 'pay' && <Pay claim={a} close={close} />}
    </>
  )
}

interface Of { claim: ClaimDetail; close: () => void }

interface ReviewValues { outcome: 'returned' | 'reviewed'; note: string; days?: number }

function Review({ claim: a, close }: Of) {
  const t = useEnterpriseTexts()
  const [form] = Form.useForm<ReviewValues>()
  const outcome = Form.useWatch('outcome', form)
  const review = useChange({
    run: (v: ReviewValues) => read(api.POST('/api/enterprise/policy-applications/{id}/review', {
      params: { path: { id: a.id }, header: ifMatch(a.version) },
      body: { outcome: v.outcome, note: v.note, ...(v.outcome === 'returned' ? { supplement_until: new Date(Date.now() + (v.days ?? 0) * 86_400_000).toISOString() } : {}) },
    })),
    refresh: [policyKey], after: close, quiet: true,
  })
  return (
    <Modal open onCancel={close} footer={null} title={t('policy.application.review')}>
      <p className="lh-note">{t('policy.application.twoPersons')}</p>
      <EntityForm<ReviewValues> name="review" form={form} initial={{ outcome: 'reviewed', days: 10 }} submit={(v) => review.mutateAsync(v)} submitLabel={t(outcome === 'returned' ? 'policy.application.sendBack' : 'policy.application.toDecide')} cancel={close}>
        <Form.Item name="outcome"><Radio.Group options={[{ value: 'reviewed', label: t('policy.application.toDecide') }, { value: 'returned', label: t('policy.application.sendBack') }]} /></Form.Item>
        <Form.Item name="note" label={t(outcome === 'returned' ? 'policy.application.noteReturn' : 'policy.application.note')} rules={[{ required: true, whitespace: true, message: t('diagnosis.reasonNeeded') }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
        {outcome === 'returned' && <Form.Item name="days" label={t('policy.application.untilDays')}><InputNumber min={1} max={365} precision={0} /></Form.Item>}
      </EntityForm>
    </Modal>
  )
}

interface DecisionValues { outcome: 'granted' | 'rejected'; reason?: string; amount?: number }

function Decide({ claim: a, close }: Of) {
  const t = useEnterpriseTexts()
  const [form] = Form.useForm<DecisionValues>()
  const outcome = Form.useWatch('outcome', form)
  const decide = useChange({
    run: (v: DecisionValues) => read(api.POST('/api/enterprise/policy-applications/{id}/decision', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { outcome: v.outcome, reason: v.reason ?? '', amount: v.outcome === 'granted' ? (v.amount ?? 0) : 0 } })),
    refresh: [policyKey], after: close, quiet: true,
  })
  return (
    <Modal open onCancel={close} footer={null} title={t('policy.application.decide')}>
      <EntityForm<DecisionValues> name="decide" form={form} initial={{ outcome: 'granted' }} submit={(v) => decide.mutateAsync(v)} submitLabel={t('policy.application.decide')} cancel={close}>
        <Form.Item name="outcome"><Radio.Group options={[{ value: 'granted', label: t('policy.application.grant') }, { value: 'rejected', label: t('policy.application.reject') }]} /></Form.Item>
        {outcome === 'granted' && <Form.Item name="amount" label={t('policy.application.amount')}><InputNumber min={0} {...(a.of.amount_most === undefined ? {} : { max: a.of.amount_most })} style={{ width: '100%' }} /></Form.Item>}
        <Form.Item name="reason" label={t('policy.application.why')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}

interface PaymentValues { day: string; amount: number; voucher: string }

function Pay({ claim: a, close }: Of) {
  const t = useEnterpriseTexts()
  const pay = useChange({ run: (body: PaymentValues) => read(api.POST('/api/enterprise/policy-applications/{id}/payments', { params: { path: { id: a.id } }, body })), refresh: [policyKey], after: close, quiet: true })
  return (
    <Modal open onCancel={close} footer={null} title={t('policy.application.pay')}>
      <EntityForm<PaymentValues> name="pay" initial={{ amount: a.amount - a.paid }} submit={(v) => pay.mutateAsync(v)} submitLabel={t('policy.application.pay')} cancel={close}>
        <Form.Item name="day" label={t('policy.application.day')}><Input type="date" /></Form.Item>
        <Form.Item name="amount" label={t('policy.application.payAmount')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="voucher" label={t('policy.application.voucher')}><Input maxLength={100} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}
