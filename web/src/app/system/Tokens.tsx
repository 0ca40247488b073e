import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, DatePicker, Drawer, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, Confirm, CopyBlock, DataTable, EntityForm, PageHeader, read, StatusTag, useChange, useFormat, useSession, useText, type Column, type Schema } from '../../kernel'
import { tokensKey, useOrganisations, useRoles, type Token } from './data'
import { useSystemTexts } from './texts'

interface Values {
  name: string
  organisation_id: string
  permissions: string[]
  expires_at: Dayjs
}

/** Tokens by which programs act for an organisation. */
export default function Tokens() {
  const t = useSystemTexts()
  const [open, setOpen] = useState(false)
  const [issued, setIssued] = useState<Schema<'SystemTokenView'> | null>(null)
  const columns = useColumns()
  const close = () => {
    setOpen(false)
    setIssued(null)
  }
  return (
    <>
      <PageHeader title={t('tokens.title')} note={t('tokens.note')} actions={<Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('tokens.add')}</Button>} />
      <DataTable<Token> url="/api/system/tokens" queryKey={tokensKey} label={t('tokens.title')} rowKey={(x) => x.id} columns={columns} search={t('tokens.search')} exports />
      <Drawer open={open} onClose={close} size={560} destroyOnHidden title={t('tokens.add')}>
        {issued ? <Issued token={issued} close={close} /> : <TokenForm issued={setIssued} close={close} />}
      </Drawer>
    </>
  )
}

function useColumns(): Column<Token>[] {
  const t = useSystemTexts()
  const f = useFormat()
  const organisations = useOrganisations()
  const revoke = useChange({
    run: (id: string) => read(api.DELETE('/api/system/tokens/{id}', { params: { path: { id } } })),
    refresh: [tokensKey],
    done: t('tokens.revoked'),
    quiet: true,
  })
  return [
    { key: 'name', title: t('field.name'), sort: 'name', render: (x) => x.name },
    { key: 'organisation', title: t('field.organisation'), from: 'md', render: (x) => organisations.name(x.organisation_id) },
    { key: 'permissions', title: t('field.permissions'), from: 'sm', render: (x) => <span className="lh-clip lh-code" title={x.permissions.join('\n')}>{x.permissions.length > 3 ? t('tokens.count', { count: x.permissions.length }) : f.list(x.permissions)}</span> },
    {
      key: 'expires', title: t('field.expires'), sort: 'expires_at',
      render: (x) => (dayjs(x.expires_at).isBefore(dayjs()) ? <StatusTag tone="bad">{t('tokens.expired')}</StatusTag> : <span className="lh-number">{f.time(x.expires_at)}</span>),
    },
    { key: 'used', title: t('field.lastUsed'), sort: 'last_used_at', from: 'lg', render: (x) => <span className="lh-number">{f.time(x.last_used_at)}</span> },
    {
      key: 'act', title: t('field.actions'), align: 'right',
      render: (x) => <Confirm title={t('tokens.revokeTitle')} note={t('tokens.revokeNote')} label={t('tokens.revoke')} button={{ size: 'small' }} run={() => revoke.mutateAsync(x.id)} />,
    },
  ]
}

function TokenForm({ issued, close }: { issued: (token: Schema<'SystemTokenView'>) => void; close: () => void }) {
  const t = useSystemTexts()
  const text = useText()
  const session = useSession()
  const organisations = useOrganisations()
  const roles = useRoles()
  const titles = new Map(roles.items.flatMap((r) => r.permissions.map((p) => [p.id, p.title] as const)))
  const issue = useChange({
    run: (v: Values) => read(api.POST('/api/system/tokens', { body: { ...v, expires_at: v.expires_at.endOf('day').toISOString() } })),
    refresh: [tokensKey],
    after: issued,
    quiet: true,
  })
  const missing = (label: string) => [{ required: true, message: t('missing', { label }) }]
  return (
    <EntityForm<Values> initial={{ organisation_id: session.organisation.id, expires_at: dayjs().add(90, 'day') }} submit={(v) => issue.mutateAsync(v)} submitLabel={t('tokens.issue')} cancel={close}>
      <Form.Item name="name" label={t('field.name')} extra={t('tokens.nameNote')} rules={missing(t('field.name'))}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="organisation_id" label={t('field.organisation')}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={organisations.options} />
      </Form.Item>
      <Form.Item name="permissions" label={t('field.permissions')} rules={missing(t('field.permissions'))}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={session.permissions.map((p) => ({ value: p, label: titles.has(p) ? `${text(titles.get(p))} (${p})` : p }))} />
      </Form.Item>
      <Form.Item name="expires_at" label={t('field.expires')} rules={missing(t('field.expires'))}>
        <DatePicker minDate={dayjs()} allowClear={false} />
      </Form.Item>
    </EntityForm>
  )
}

function Issued({ token, close }: { token: Schema<'SystemTokenView'>; close: () => void }) {
  const t = useSystemTexts()
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('tokens.once')} />
      <CopyBlock text={token.secret} label={t('tokens.secret')} oneLine />
      <div className="lh-muted">{t('tokens.use')}</div>
      <CopyBlock text={`curl -H 'Authorization: Bearer ${token.secret}' ${window.location.origin}/api/system/session`} label="curl" />
      <div>
        <Button type="primary" onClick={close}>{t('close')}</Button>
      </div>
    </div>
  )
}
