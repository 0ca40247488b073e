import { DeleteOutlined, ImportOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Flex, Form, Input, Modal, Select, Switch } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EntityForm, ifMatch, none, PageHeader, read, StatusTag, SyntheticMark, useChange, useCityState, useMay, useSession, type Column } from '../../kernel'
import { Members } from './Members'
import { PersonImport } from './PersonImport'
import { personsKey, useOrganisations, useRoles, type Membership, type Person } from './data'
import { useSystemTexts } from './texts'

interface Values {
  login: string
  name: string
  email?: string
  language?: 'zh' | 'en'
  password?: string
  disabled?: boolean
  memberships: Membership[]
}

/** Who may sign in, for which organisations, in which roles. */
export default function Persons() {
  const t = useSystemTexts()
  const may = useMay()
  const organisations = useOrganisations()
  const [params] = useSearchParams()
  const [edited, setEdited] = useState<Person | 'new' | null>(null)
  const [importing, setImporting] = useState(false)
  const [reset, setReset] = useState<Person | null>(null)
  const columns = useColumns(setEdited, setReset)
  return (
    <>
      <PageHeader
        title={t('persons.title')}
        note={params.get('organisation_id') ? organisations.name(params.get('organisation_id')!) : t('persons.note')}
        actions={may('system.person.edit') && (
          <Flex gap={8} wrap>
            <Button icon={<ImportOutlined />} onClick={() => setImporting(true)}>{t('persons.import')}</Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>{t('persons.add')}</Button>
          </Flex>
        )}
      />
      <DataTable<Person>
        url="/api/system/persons"
        queryKey={personsKey}
        label={t('persons.title')}
        rowKey={(p) => p.id}
        columns={columns}
        filters={[{ name: 'organisation_id', label: t('field.organisation'), options: organisations.options }]}
        search={t('persons.search')}
        exports
      />
      <Drawer open={edited !== null} onClose={() => setEdited(null)} size={640} destroyOnHidden title={edited === 'new' ? t('persons.add') : t('persons.edit')}>
        {edited && <PersonForm person={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
        {edited && edited !== 'new' && <Members person={edited} done={() => setEdited(null)} />}
      </Drawer>
      <Drawer open={importing} onClose={() => setImporting(false)} size={760} destroyOnHidden title={t('import.title')}>
        <PersonImport close={() => setImporting(false)} />
      </Drawer>
      <Modal open={reset !== null} onCancel={() => setReset(null)} footer={null} destroyOnHidden title={reset && t('persons.resetTitle', { name: reset.name })}>
        {reset && <ResetForm person={reset} close={() => setReset(null)} />}
      </Modal>
    </>
  )
}

function useColumns(edit: (p: Person) => void, reset: (p: Person) => void): Column<Person>[] {
  const t = useSystemTexts()
  const may = useMay()
  const organisations = useOrganisations()
  const roles = useRoles()
  const drop = useChange({
    run: (id: string) => read(api.DELETE('/api/system/persons/{id}/factors', { params: { path: { id } } })),
    refresh: [personsKey], done: t('saved'), quiet: true,
  })
  const columns: Column<Person>[] = [
    {
      key: 'name', title: t('field.person'), sort: 'name',
      render: (p) => (
        <span className="lh-two">
          <span>{p.name} {p.synthetic && <SyntheticMark />} {p.disabled && <span className="lh-narrow-only"><StatusTag tone="idle">{t('persons.disabled')}</StatusTag></span>}</span>
          <span className="lh-code">{p.login}</span>
        </span>
      ),
    },
    {
      key: 'memberships', title: t('field.memberships'),
      render: (p) => (
        <ul className="lh-plain">
          {p.memberships.map((m) => (
            <li key={m.organisation_id + m.role}>
              {organisations.name(m.organisation_id)} <span className="lh-muted">· {roles.title(m.role)}</span>
            </li>
          ))}
        </ul>
      ),
    },
    { key: 'email', title: t('field.email'), from: 'lg', render: (p) => p.email || none },
    { key: 'factor', title: t('factors.title'), from: 'md', render: (p) => <StatusTag tone={p.second_factor ? 'good' : 'idle'}>{t(p.second_factor ? 'factors.has' : 'factors.hasNone')}</StatusTag> },
    { key: 'disabled', title: t('field.state'), from: 'md', render: (p) => <StatusTag tone={p.disabled ? 'idle' : 'good'}>{t(p.disabled ? 'persons.disabled' : 'persons.active')}</StatusTag> },
  ]
  if (may('system.person.edit')) {
    columns.push({
      key: 'act', title: t('field.actions'), align: 'right',
      render: (p) => (
        <span className="lh-actions">
          <Button size="small" onClick={() => edit(p)}>{t('edit')}</Button>
          <Button size="small" onClick={() => reset(p)}>{t('persons.reset')}</Button>
          {p.second_factor && (
            <Confirm title={t('factors.resetTitle', { name: p.name })} note={t('factors.resetNote')} label={t('factors.reset')} button={{ size: 'small' }} run={() => drop.mutateAsync(p.id)} />
          )}
        </span>
      ),
    })
  }
  return columns
}

function PersonForm({ person, close }: { person: Person | null; close: () => void }) {
  const t = useSystemTexts()
  const session = useSession()
  const state = useCityState()
  const save = useChange({
    run: (v: Values) => {
      const body = { ...v, email: v.email?.trim() ?? '', disabled: v.disabled ?? false }
      if (!person) return read(api.POST('/api/system/persons', { body }))
      return read(api.PUT('/api/system/persons/{id}', { params: { path: { id: person.id }, header: ifMatch(person.version) }, body: { ...body, login: person.login } }))
    },
    refresh: [personsKey],
    done: t('saved'),
    after: close,
    quiet: true,
  })
  const initial = (person ?? { language: 'zh', memberships: [{ organisation_id: session.organisation.id, role: 'viewer' }] }) as Partial<Values>
  const missing = (label: string) => [{ required: true, whitespace: true, message: t('missing', { label }) }]
  const min = state.data?.password_min ?? 10
  return (
    <EntityForm<Values> initial={initial} submit={(v) => save.mutateAsync(v)} cancel={close} wide>
      <div className="lh-pair">
        <Form.Item name="name" label={t('field.person')} rules={missing(t('field.person'))}>
          <Input maxLength={100} />
        </Form.Item>
        {!person && (
          <Form.Item name="login" label={t('field.login')} rules={missing(t('field.login'))}>
            <Input maxLength={64} autoCapitalize="none" autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="email" label={t('field.email')}>
          <Input maxLength={200} inputMode="email" />
        </Form.Item>
        <Form.Item name="language" label={t('field.language')}>
          <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
        </Form.Item>
        {!person && (
          <Form.Item name="password" label={t('field.password')} extra={t('persons.passwordNote', { min })} rules={[{ required: true, min, message: t('persons.passwordNote', { min }) }]}>
            <Input.Password maxLength={200} autoComplete="new-password" />
          </Form.Item>
        )}
      </div>
      <Memberships />
      {person && (
        <Form.Item name="disabled" label={t('persons.disabledField')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </EntityForm>
  )
}

function Memberships() {
  const t = useSystemTexts()
  const organisations = useOrganisations()
  const roles = useRoles()
  const options = roles.items.map((r) => ({ value: r.id, label: roles.title(r.id) }))
  return (
    <Form.List name="memberships">
      {(fields, { add, remove }) => (
        <fieldset className="lh-fieldset">
          <legend>{t('field.memberships')}</legend>
          {fields.map((field) => (
            <div key={field.key} className="lh-membership">
              <Form.Item name={[field.name, 'organisation_id']} label={t('field.organisation')}>
                <Select showSearch={{ optionFilterProp: 'label' }} options={organisations.options} />
              </Form.Item>
              <Form.Item name={[field.name, 'role']} label={t('field.role')}>
                <Select options={options} />
              </Form.Item>
              <Button icon={<DeleteOutlined />} aria-label={t('persons.dropMembership')} disabled={fields.length === 1} onClick={() => remove(field.name)} />
            </div>
          ))}
          <Button icon={<PlusOutlined />} onClick={() => add({ role: 'viewer' })}>
            {t('persons.addMembership')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  )
}

function ResetForm({ person, close }: { person: Person; close: () => void }) {
  const t = useSystemTexts()
  const state = useCityState()
  const min = state.data?.password_min ?? 10
  const save = useChange({
    run: (password: string) => read(api.POST('/api/system/persons/{id}/password', { params: { path: { id: person.id } }, body: { password } })),
    done: t('saved'),
    after: close,
    quiet: true,
  })
  return (
    <EntityForm<{ password: string }> submit={(v) => save.mutateAsync(v.password)} cancel={close}>
      <Form.Item name="password" label={t('field.password')} extra={t('persons.resetNote')} rules={[{ required: true, min, message: t('persons.passwordNote', { min }) }]}>
        <Input.Password maxLength={200} autoComplete="new-password" />
      </Form.Item>
    </EntityForm>
  )
}
