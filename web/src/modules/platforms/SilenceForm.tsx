import { DatePicker, Drawer, Form, Input } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { api, EntityForm, read, useChange } from '../../kernel'
import { alertsKey, type Matcher } from './alerts'
import { MatcherFields } from './Matchers'
import { usePlatformTexts } from './texts'

interface Values { matchers: Matcher[]; from: Dayjs; to: Dayjs; reason: string }

/** Silences alerts for a time. */
export function SilenceForm({ open, close, matchers }: { open: boolean; close: () => void; matchers?: Matcher[] }) {
  const t = usePlatformTexts()
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/platforms/alerting/silences', { body: { matchers: v.matchers.map((m) => ({ ...m, value: m.value ?? '' })), from: v.from.toISOString(), to: v.to.toISOString(), reason: v.reason } })),
    refresh: [alertsKey], done: t('alerts.silenced'), after: close, quiet: true,
  })
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <Drawer open={open} onClose={close} size={720} title={t('alerts.newSilence')} destroyOnHidden>
      {open && (
        <EntityForm<Values>
          name="silence"
          wide
          initial={{ matchers: matchers ?? [{ name: 'alertname', op: '=', value: '' }], from: dayjs(), to: dayjs().add(2, 'hour') }}
          submit={(v) => save.mutateAsync(v)}
          submitLabel={t('alerts.silence')}
          cancel={close}
        >
          <MatcherFields least={1} />
          <div className="lh-pair">
            <Form.Item name="from" label={t('availability.from')} rules={need(t('availability.from'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
            <Form.Item name="to" label={t('availability.to')} rules={need(t('availability.to'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
          </div>
          <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }]}><Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      )}
    </Drawer>
  )
}
