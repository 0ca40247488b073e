import { Button, DatePicker, Drawer, Form, Input, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, EntityForm, ifMatch, read, useChange } from '../../kernel'
import { fosterKey, type Application } from './fostering'
import { usePlatformTexts } from './texts'

interface Values { reason: string; certificate: string; awarded_on: Dayjs; valid_until: Dayjs; notice_from: Dayjs; notice_until: Dayjs }

const day = (d: Dayjs) => d.format('YYYY-MM-DD')

/** Awards an application, or tells why not. */
export function Decision({ application: a, awards }: { application: Application; awards: boolean }) {
  const t = usePlatformTexts()
  const [open, show] = useState<'award' | 'refuse' | null>(null)
  const params = { path: { id: a.id }, header: ifMatch(a.version) }
  const close = () => show(null)
  const award = useChange({
    run: (v: Values) => read(api.POST('/api/platforms/foster/applications/{id}/award', {
      params, body: { reason: v.reason, certificate: v.certificate, awarded_on: day(v.awarded_on), valid_until: day(v.valid_until), notice_from: v.notice_from.toISOString(), notice_until: v.notice_until.toISOString() },
    })),
    refresh: [fosterKey], done: t('foster.awardedDone'), after: close, quiet: true,
  })
  const refuse = useChange({ run: (v: { reason: string }) => read(api.POST('/api/platforms/foster/applications/{id}/refusal', { params, body: v })), refresh: [fosterKey], done: t('page.moved'), after: close, quiet: true })
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const now = dayjs()
  const initial = { awarded_on: now, valid_until: now.add(3, 'year').subtract(1, 'day'), notice_from: now, notice_until: now.add(7, 'day').endOf('day').millisecond(0) }
  const date = (name: keyof Values, label: string, time: boolean) => <Form.Item name={name} label={label} rules={need(label)}><DatePicker {...(time ? { showTime: true } : {})} style={{ width: '100%' }} /></Form.Item>
  return (
    <>
      {awards && <Button type="primary" onClick={() => show('award')} disabled={!a.outcome?.passed} title={a.outcome?.passed ? '' : t('foster.notPassed')}>{t('foster.award')}</Button>}
      <Button onClick={() => show('refuse')}>{t('foster.refuse')}</Button>
      <Drawer open={open === 'award'} onClose={close} size={560} title={t('foster.award')} destroyOnHidden>
        <EntityForm<Values> name="award" initial={initial} submit={(v) => award.mutateAsync(v)} submitLabel={t('foster.award')} cancel={close}>
          <Form.Item name="certificate" label={t('foster.certificate')} rules={need(t('foster.certificate'))}><Input maxLength={100} /></Form.Item>
          <div className="lh-pair">{date('awarded_on', t('foster.awardedOn'), false)}{date('valid_until', t('foster.validUntil'), false)}</div>
          <div className="lh-pair">{date('notice_from', t('foster.noticeFrom'), true)}{date('notice_until', t('foster.noticeUntil'), true)}</div>
          <Form.Item name="reason" label={t('field.reason')} extra={t('foster.reasonNote')} rules={need(t('field.reason'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Drawer>
      <Modal open={open === 'refuse'} onCancel={close} title={t('foster.refuse')} footer={null} destroyOnHidden>
        <EntityForm<{ reason: string }> name="refuse" submit={(v) => refuse.mutateAsync(v)} submitLabel={t('foster.refuse')} cancel={close}>
          <Form.Item name="reason" label={t('field.reason')} extra={t('foster.reasonNote')} rules={need(t('field.reason'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
