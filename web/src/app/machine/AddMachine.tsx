import { Alert, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, EntityForm, read, useChange, useFormat, useMay, useSession } from '../../kernel'
import { useOrganisations } from '../system/data'
import { kinds, machinesKey, type Issued, type Machine } from './data'
import { useMachineTexts } from './texts'

interface Values {
  name: string
  kind: Machine['kind']
  organisation_id: string
  note: string
}

/** Adds a machine, then shows its token and the command that uses it. */
export function AddMachine({ close }: { close: () => void }) {
  const t = useMachineTexts()
  const may = useMay()
  const session = useSession()
  const organisations = useOrganisations()
  const [issued, setIssued] = useState<Issued | null>(null)
  const add = useChange({
    run: (v: Values) => read(api.POST('/api/machine/machines', { body: { ...v, note: v.note ?? '' } })),
    refresh: [machinesKey],
    after: setIssued,
    quiet: true,
  })
  if (issued) return <TokenShown issued={issued} close={close} />
  return (
    <EntityForm<Values> initial={{ kind: 'gateway', organisation_id: session.organisation.id }} submit={(v) => add.mutateAsync(v)} submitLabel={t('issue')} cancel={close}>
      <Form.Item name="name" label={t('field.name')} extra={t('nameNote')} rules={[{ required: true, message: t('missing', { label: t('field.name') }) }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="kind" label={t('field.kind')}>
        <Select options={kinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))} />
      </Form.Item>
      {may('system.organisation.view') && (
        <Form.Item name="organisation_id" label={t('field.organisation')}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={organisations.options} />
        </Form.Item>
      )}
      <Form.Item name="note" label={t('field.note')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
    </EntityForm>
  )
}

/** A token, shown once, with what to do with it. */
export function TokenShown({ issued, close }: { issued: Issued; close: () => void }) {
  const t = useMachineTexts()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('once', { time: f.time(issued.token_expires_at) })} />
      {!issued.url.startsWith('https://') && <Alert type="error" showIcon title={t('noTLS')} />}
      <div>{t('command')}</div>
      <CopyBlock text={issued.command} label={t('command')} oneLine />
      <div>{t('token')}</div>
      <CopyBlock text={issued.token} label={t('token')} oneLine />
      {issued.fingerprint && (
        <>
          <div>{t('fingerprint')}</div>
          <CopyBlock text={issued.fingerprint} label={t('fingerprint')} oneLine />
        </>
      )}
      <div className="lh-muted">{t('byOthers', { url: issued.url })}</div>
      <div>
        <Button type="primary" onClick={close}>{t('close')}</Button>
      </div>
    </div>
  )
}
