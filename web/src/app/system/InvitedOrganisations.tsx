import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, EntityForm, none, read, StatusTag, useChange, useFormat, useSession, useText, type Column, type Schema } from '../../kernel'
import { invitationTones, Sent } from './Invitations'
import { useSystemTexts } from './texts'

type Invitation = Schema<'IdentityInvitation'>
type Outcome = Schema<'IdentityInvitedOrganisation'>
type Values = Pick<Schema<'IdentityFoundingInput'>, 'organisations' | 'note' | 'days'>

const invitedKey = ['invited organisations']
const kinds = ['enterprise', 'operator', 'provider', 'node', 'park', 'responder'] as const
const states = ['open', 'expired', 'accepted', 'declined', 'revoked'] as const

type Told = Pick<Schema<'SystemInvitedView'>, 'mailed' | 'email' | 'link'>

/** Organisations that the bureau invited to join, and what became of it. */
export function InvitedOrganisations() {
  const t = useSystemTexts()
  const [open, setOpen] = useState(false)
  const [sent, setSent] = useState<Told | null>(null)
  const columns = useColumns(setSent)
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('invitations.organisations.note')}</p>
      <div><Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('invitations.organisations.add')}</Button></div>
      <DataTable<Invitation>
        url="/api/system/invitations/organisations" queryKey={invitedKey} label={t('invitations.organisations.invited')} rowKey={(i) => i.id} columns={columns} prefix="i."
        filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`invitations.states.${s}`) })) }]}
        search={t('invitations.organisations.search')} exports
        empty={<EmptyState title={t('invitations.organisations.empty')} note={t('invitations.organisations.emptyNote')} />}
      />
      <Drawer open={open} onClose={() => setOpen(false)} size={520} destroyOnHidden title={t('invitations.organisations.add')}>
        <InviteForm sent={(i) => { setOpen(false); setSent(i) }} close={() => setOpen(false)} />
      </Drawer>
      <Modal open={sent !== null} onCancel={() => setSent(null)} footer={<Button type="primary" onClick={() => setSent(null)}>{t('close')}</Button>} title={t('invitations.sentTitle')} destroyOnHidden>
        {sent && <Sent invited={sent} />}
      </Modal>
    </div>
  )
}

function useColumns(sent: (i: Told) => void): Column<Invitation>[] {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const revoke = useChange({
    run: (id: string) => read(api.DELETE('/api/system/invitations/organisations/{id}', { params: { path: { id } } })),
    refresh: [invitedKey], done: t('invitations.revoked'), quiet: true,
  })
  const again = useChange({
    run: (id: string) => read(api.POST('/api/system/invitations/organisations/{id}/sending', { params: { path: { id } } })),
    refresh: [invitedKey], after: sent,
  })
  return [
    { key: 'name', title: t('field.name'), render: (i) => (i.founds ? <span className="lh-two lh-wrap"><span>{text(i.founds.name)}</span><span className="lh-code">{i.founds.uscc}</span></span> : none) },
    { key: 'kind', title: t('field.kind'), from: 'md', render: (i) => (i.founds ? t(`kind.${i.founds.kind}`) : none) },
    { key: 'email', title: t('invitations.invited'), sort: 'email', from: 'md', render: (i) => <span className="lh-two"><span>{i.email || i.for || t('invitations.byLink')}</span><span className="lh-muted">{i.email && i.for ? i.for : i.note}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (i) => <StatusTag tone={invitationTones[i.state]}>{t(`invitations.states.${i.state}`)}</StatusTag> },
    { key: 'by', title: t('invitations.by'), from: 'lg', render: (i) => i.invited_by || none },
    { key: 'expires', title: t('field.expires'), sort: 'expires_at', from: 'sm', render: (i) => <span className="lh-number">{f.time(i.expires_at)}</span> },
    {
      key: 'act', title: t('field.actions'), align: 'right',
      render: (i) => (i.state === 'open' || i.state === 'expired') && (
        <span className="lh-actions">
          <Button size="small" loading={again.isPending && again.variables === i.id} onClick={() => again.mutate(i.id)}>{t('invitations.again')}</Button>
          <Confirm title={t('invitations.revokeTitle')} note={t('invitations.revokeNote')} label={t('invitations.revoke')} button={{ size: 'small' }} run={() => revoke.mutateAsync(i.id)} />
        </span>
      ),
    },
  ]
}

function InviteForm({ sent, close }: { sent: (i: Told) => void; close: () => void }) {
  const t = useSystemTexts()
  const text = useText()
  const session = useSession()
  const form = useQuery({ queryKey: ['registration', 'form'], queryFn: () => read(api.GET('/api/system/registration/form')), staleTime: 300_000 })
  const [passed, setPassed] = useState<Exclude<Outcome['outcome'], 'invited'> | null>(null)
  const save = useChange({ run: (v: Values) => read(api.POST('/api/system/invitations/organisations', { body: v })), refresh: [invitedKey], quiet: true })
  const submit = async (v: Values) => {
    const [outcome] = (await save.mutateAsync(v)).organisations
    if (!outcome) return
    if (outcome.outcome === 'invited') sent({ mailed: outcome.mailed, email: v.organisations[0]?.email ?? '', link: outcome.link ?? '' })
    else setPassed(outcome.outcome)
  }
  const required = (label: string) => [{ required: true, whitespace: true, message: t('missing', { label }) }]
  return (
    <EntityForm<Values> initial={{ days: 30, organisations: [{ kind: 'enterprise', name: { zh: '', en: '' }, uscc: '', district: '', email: '', language: session.person.language === 'en' ? 'en' : 'zh' }] }} submit={submit} submitLabel={t('invitations.send')} cancel={close}>
      {passed && <Alert type="warning" showIcon role="alert" title={t(`invitations.organisations.outcome.${passed}`)} />}
      <Form.Item name={['organisations', 0, 'kind']} label={t('field.kind')}>
        <Select options={kinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))} />
      </Form.Item>
      <div className="lh-pair">
        <Form.Item name={['organisations', 0, 'name', 'zh']} label={t('invitations.organisations.zh')} rules={required(t('invitations.organisations.zh'))}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name={['organisations', 0, 'name', 'en']} label={t('invitations.organisations.en')}>
          <Input maxLength={200} />
        </Form.Item>
      </div>
      <div className="lh-pair">
        <Form.Item name={['organisations', 0, 'uscc']} label={t('field.uscc')} rules={required(t('field.uscc'))}>
          <Input maxLength={18} autoCapitalize="characters" />
        </Form.Item>
        <Form.Item name={['organisations', 0, 'district']} label={t('field.district')} rules={required(t('field.district'))}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={(form.data?.districts ?? []).map((d) => ({ value: d.code, label: text(d.name) }))} />
        </Form.Item>
      </div>
      <Form.Item name={['organisations', 0, 'email']} label={t('field.email')} extra={t('invitations.emailNote')}>
        <Input maxLength={200} inputMode="email" autoComplete="off" />
      </Form.Item>
      <Form.Item name="note" label={t('invitations.words')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
      <div className="lh-pair">
        <Form.Item name="days" label={t('invitations.days')}>
          <InputNumber min={1} max={60} />
        </Form.Item>
        <Form.Item name={['organisations', 0, 'language']} label={t('invitations.language')}>
          <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
        </Form.Item>
      </div>
    </EntityForm>
  )
}
