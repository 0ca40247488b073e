import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, CopyBlock, DataTable, EmptyState, EntityForm, none, PageHeader, read, StatusTag, useChange, useFormat, useSession, type Column, type Schema, type Tone } from '../../kernel'
import { useOrganisations, useRoles } from './data'
import { useSystemTexts } from './texts'

type Invitation = Schema<'IdentityInvitation'>
type Invited = Schema<'SystemInvitedView'>
type Values = Schema<'IdentityInvitationInput'>

const invitationsKey = ['invitations']
const states = ['open', 'expired', 'accepted', 'declined', 'revoked'] as const
export const invitationTones: Record<Invitation['state'], Tone> = { open: 'info', expired: 'idle', accepted: 'good', declined: 'warn', revoked: 'idle' }

/** The roles that a link may give: duties are given to somebody who is known. */
const duties = ['administrator', 'security_administrator', 'auditor']

/** Who is asked to join which organisation, and what became of it. */
export default function Invitations() {
  const t = useSystemTexts()
  const [open, setOpen] = useState(false)
  const [sent, setSent] = useState<Invited | null>(null)
  const columns = useColumns(setSent)
  return (
    <>
      <PageHeader title={t('invitations.title')} note={t('invitations.note')} actions={<Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('invitations.add')}</Button>} />
      <DataTable<Invitation>
        url="/api/system/invitations"
        queryKey={invitationsKey}
        label={t('invitations.title')}
        rowKey={(i) => i.id}
        columns={columns}
        filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`invitations.states.${s}`) })) }]}
        search={t('invitations.search')}
        exports
        empty={<EmptyState title={t('invitations.empty')} note={t('invitations.emptyNote')} />}
      />
      <Drawer open={open} onClose={() => setOpen(false)} size={520} destroyOnHidden title={t('invitations.add')}>
        <InviteForm sent={(i) => { setOpen(false); setSent(i) }} close={() => setOpen(false)} />
      </Drawer>
      <Modal open={sent !== null} onCancel={() => setSent(null)} footer={<Button type="primary" onClick={() => setSent(null)}>{t('close')}</Button>} title={t('invitations.sentTitle')} destroyOnHidden>
        {sent && <Sent invited={sent} />}
      </Modal>
    </>
  )
}

export function Sent({ invited }: { invited: Pick<Invited, 'mailed' | 'email' | 'link'> }) {
  const t = useSystemTexts()
  if (invited.mailed) return <Alert type="success" showIcon role="status" title={t('invitations.mailed', { email: invited.email })} />
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('invitations.once')} />
      <CopyBlock text={invited.link ?? ''} label={t('invitations.link')} oneLine />
    </div>
  )
}

function useColumns(sent: (i: Invited) => void): Column<Invitation>[] {
  const t = useSystemTexts()
  const f = useFormat()
  const organisations = useOrganisations()
  const roles = useRoles()
  const revoke = useChange({
    run: (id: string) => read(api.DELETE('/api/system/invitations/{id}', { params: { path: { id } } })),
    refresh: [invitationsKey], done: t('invitations.revoked'), quiet: true,
  })
  const again = useChange({
    run: (id: string) => read(api.POST('/api/system/invitations/{id}/sending', { params: { path: { id } } })),
    refresh: [invitationsKey], after: sent,
  })
  return [
    {
      key: 'email', title: t('invitations.invited'), sort: 'email',
      render: (i) => <span className="lh-two"><span>{i.email || i.for || t('invitations.byLink')}</span><span className="lh-muted">{i.email && i.for ? i.for : i.note}</span></span>,
    },
    { key: 'organisation', title: t('field.organisation'), from: 'md', render: (i) => <span className="lh-two"><span>{organisations.name(i.organisation_id)}</span><span className="lh-muted">{roles.title(i.role)}</span></span> },
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

function InviteForm({ sent, close }: { sent: (i: Invited) => void; close: () => void }) {
  const t = useSystemTexts()
  const session = useSession()
  const organisations = useOrganisations()
  const roles = useRoles()
  const [organisation, setOrganisation] = useState(session.organisation.id)
  const bureau = organisations.byID.get(organisation)?.kind === 'bureau'
  const options = roles.items.filter((r) => !duties.includes(r.id) && (bureau || !r.bureau_only)).map((r) => ({ value: r.id, label: roles.title(r.id) }))
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/system/invitations', { body: { ...v, email: v.email?.trim() ?? '' } })),
    refresh: [invitationsKey], after: sent, quiet: true,
  })
  return (
    <EntityForm<Values> initial={{ organisation_id: session.organisation.id, role: 'viewer', language: session.person.language === 'en' ? 'en' : 'zh', days: 7 }} submit={(v) => save.mutateAsync(v)} submitLabel={t('invitations.send')} cancel={close}>
      <Form.Item name="organisation_id" label={t('field.organisation')}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={organisations.options} onChange={setOrganisation} />
      </Form.Item>
      <Form.Item name="role" label={t('field.role')} extra={t('invitations.roleNote')}>
        <Select options={options} />
      </Form.Item>
      <Form.Item name="email" label={t('field.email')} extra={t('invitations.emailNote')}>
        <Input maxLength={200} inputMode="email" autoComplete="off" />
      </Form.Item>
      <Form.Item name="note" label={t('invitations.words')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
      <div className="lh-pair">
        <Form.Item name="days" label={t('invitations.days')}>
          <InputNumber min={1} max={30} />
        </Form.Item>
        <Form.Item name="language" label={t('invitations.language')}>
          <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
        </Form.Item>
      </div>
    </EntityForm>
  )
}
