import { DatePicker, Form, Input, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { api, EntityForm, read, useChange } from '../../kernel'
import { rotasKey, useDutyPeople, type RotaDetail } from './rotas'
import { usePlatformTexts } from './texts'

interface Values { person_id?: string; from: Dayjs; to: Dayjs; reason: string }

/** Somebody stands in for a time: the reader, or whom an editor names. */
export function OverrideForm({ rota: r, open, close }: { rota: RotaDetail; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const people = useDutyPeople(r.organisation.id, open && r.may_edit)
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/platforms/alerting/rotas/{id}/overrides', { params: { path: { id: r.id } }, body: { ...(v.person_id ? { person_id: v.person_id } : {}), from: v.from.toISOString(), to: v.to.toISOString(), reason: v.reason ?? '' } })),
    refresh: [rotasKey], done: t('duty.stoodIn'), after: close, quiet: true,
  })
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const hour = dayjs().startOf('hour')
  const initial: Partial<Values> = { from: hour, to: hour.add(12, 'hour'), ...(r.may_stand_in ? { person_id: r.caller_id } : {}) }
  return (
    <Modal open={open} title={t('duty.standIn')} footer={null} onCancel={close} destroyOnHidden>
      <EntityForm<Values> name="override" initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('duty.standIn')} cancel={close}>
        <p className="lh-muted">{t('duty.standInNote')}</p>
        {r.may_edit && (
          <Form.Item name="person_id" label={t('duty.who')} rules={need(t('duty.who'))}>
            <Select showSearch={{ optionFilterProp: 'label' }} options={(people.data?.items ?? []).map((p) => ({ value: p.id, label: p.name }))} />
          </Form.Item>
        )}
        <div className="lh-pair">
          <Form.Item name="from" label={t('duty.from')} rules={need(t('duty.from'))}><DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="to" label={t('duty.to')} rules={need(t('duty.to'))}><DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} /></Form.Item>
        </div>
        <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }]}><Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}
