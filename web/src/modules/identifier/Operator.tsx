import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState, type ReactNode } from 'react'
import { api, Confirm, DataTable, EmptyState, EntityForm, Failure, ifMatch, Loading, none, read, useChange, useFormat, useText, type Column, type Schema } from '../../kernel'
import { particularsKey, useParticulars, useVocabulary, type ApplicationRow, type NodeDetail } from './data'
import { pruned } from './rows'
import { useIdentifierTexts } from './texts'

/** The kinds of applications in the order of the contract's numbers, from 1. */
const kinds = ['app', 'mini', 'web', 'pc', 'other'] as const

type Facts = Schema<'IdentifierParticulars'>

/** Who operates a node, and what uses its identifiers: what the tables for the node above ask beside what is counted. */
export function Operator({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const text = useText()
  const known = useParticulars(node.id)
  const save = useChange({
    run: (v: Facts) => read(api.PUT('/api/identifier/nodes/{id}/particulars', { params: { path: { id: node.id }, header: ifMatch(known.data!.version) }, body: pruned(v) })),
    refresh: [particularsKey], done: t('operator.saved'), quiet: true,
  })
  if (known.error) return <Failure problem={known.error} retry={() => void known.refetch()} />
  if (!known.data) return <Loading />
  const { missing, registered, version, ...facts } = known.data
  return (
    <div className="lh-stack">
      <Alert
        type={missing.length ? 'warning' : 'success'} showIcon title={t(missing.length ? 'operator.missing' : 'operator.complete', { count: missing.length })}
        description={missing.length > 0 && <><p>{missing.map((x) => text(x.title)).join(t('operator.and'))}</p><p>{t('operator.elsewhere')}</p></>}
      />
      <p><strong>{text(registered.name)}</strong> <span className="lh-code">{registered.uscc || none}</span></p>
      <EntityForm<Facts> key={version} name="operator" initial={facts} submit={(v) => save.mutateAsync(v)} wide>
        <Fields enterprise={node.role === 'enterprise'} />
      </EntityForm>
      <Card size="small" title={t('operator.applications')} extra={<EditApplication node={node} />}><Applications node={node} /></Card>
    </div>
  )
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return <fieldset className="lh-fieldset"><legend>{title}</legend><div className="lh-item-row">{children}</div></fieldset>
}

function Fields({ enterprise }: { enterprise: boolean }) {
  const t = useIdentifierTexts()
  const vocabulary = useVocabulary()
  type Key = Exclude<keyof Facts, 'address' | 'legal' | 'contact_document' | 'registration' | 'data' | 'data_backup' | 'resolution' | 'resolution_backup'>
  const line = (name: Key, most = 200, hint?: string) => <Form.Item name={name} label={t(`operator.${name}`)}><Input maxLength={most} {...(hint ? { placeholder: hint } : {})} /></Form.Item>
  const owned = (['state', 'private', 'foreign', 'public_institution', 'non_profit'] as const).map((x) => ({ value: x, label: t(`operator.owned.${x}`) }))
  return (
    <>
      <Group title={t('operator.unit')}>
        <Form.Item name="ownership" label={t('operator.ownership')}><Select allowClear options={owned} /></Form.Item>
        <Form.Item name={['address', 'province']} label={t('operator.province')}><Input maxLength={40} /></Form.Item>
        <Form.Item name={['address', 'city']} label={t('operator.city')}><Input maxLength={40} /></Form.Item>
        <Form.Item name={['address', 'district']} label={t('field.district')}><Input maxLength={40} /></Form.Item>
        <Form.Item name={['address', 'line']} label={t('operator.line')}><Input maxLength={200} /></Form.Item>
        {line('website')}{line('registrar', 100)}{line('capital', 60)}{line('founded', 10, '2016-05-01')}{line('until', 10, '9999-12-31')}
      </Group>
      <Form.Item name="introduction" label={t('operator.introduction')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
      <Group title={t('operator.legal')}>
        <Form.Item name={['legal', 'name']} label={t('operator.person')}><Input maxLength={100} autoComplete="off" /></Form.Item>
        <Form.Item name={['legal', 'phone']} label={t('field.contactPhone')}><Input maxLength={40} inputMode="tel" autoComplete="off" /></Form.Item>
        <Form.Item name={['legal', 'email']} label={t('field.contactEmail')}><Input maxLength={200} inputMode="email" autoComplete="off" /></Form.Item>
        <Form.Item name={['legal', 'fax']} label={t('operator.fax')}><Input maxLength={40} autoComplete="off" /></Form.Item>
        <Paper at={['legal', 'document']} />
      </Group>
      <Group title={t('operator.contact')}><Paper at={['contact_document']} /></Group>
      {(['registration', 'data', 'data_backup', 'resolution', 'resolution_backup'] as const).map((at) => (
        <Group key={at} title={t(`operator.rooms.${at}`)}>
          <Form.Item name={[at, 'address']} label={t('operator.line')}><Input maxLength={200} /></Form.Item>
          <Form.Item name={[at, 'cloud']} label={t('operator.cloud')}><Input maxLength={100} /></Form.Item>
          <Form.Item name={[at, 'ip']} label="IP"><Input maxLength={45} className="lh-code" /></Form.Item>
          <Form.Item name={[at, 'port']} label={t('operator.port')}><InputNumber min={0} max={65535} precision={0} style={{ width: '100%' }} /></Form.Item>
        </Group>
      ))}
      {!enterprise && (
        <Group title={t('operator.running')}>
          {line('builder')}{line('runner')}{line('licences', 500)}{line('data_escrow')}{line('service_escrow')}{line('real_names')}
          <Form.Item name="naming_rules" label={t('operator.naming_rules')}><Select allowClear options={(['kept', 'not_kept'] as const).map((x) => ({ value: x, label: t(`operator.naming.${x}`) }))} /></Form.Item>
          <Form.Item name="industries" label={t('operator.industries')}><Select mode="multiple" allowClear showSearch={{ optionFilterProp: 'label' }} options={vocabulary.options('industries')} /></Form.Item>
          {line('site_name')}{line('site_domain')}{line('site_ips', 500, '192.0.2.1;2001:db8::1')}
        </Group>
      )}
      <p className="lh-muted">{t('operator.note')}</p>
    </>
  )
}

/** A document by which somebody is known. */
function Paper({ at }: { at: string[] }) {
  const t = useIdentifierTexts()
  return (
    <>
      <Form.Item name={[...at, 'kind']} label={t('operator.paperKind')}><Input maxLength={40} /></Form.Item>
      <Form.Item name={[...at, 'number']} label={t('operator.paperNumber')}><Input maxLength={60} className="lh-code" autoComplete="off" /></Form.Item>
    </>
  )
}

function Applications({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/identifier/applications/{id}', { params: { path: { id } } })), refresh: [particularsKey], done: t('operator.removed') })
  const columns: Column<ApplicationRow>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (a) => <span className="lh-two"><span>{a.name}</span><span className="lh-muted">{a.introduction}</span></span> },
    { key: 'kind', title: t('statistics.kind'), sort: 'kind', from: 'sm', render: (a) => t(`operator.kinds.${kinds[a.kind - 1] ?? 'other'}`) },
    { key: 'users', title: t('operator.users'), sort: 'users', align: 'right', from: 'md', render: (a) => <span className="lh-number">{f.number(a.users)}</span> },
    { key: 'recursive', title: t('operator.recursive'), from: 'md', render: (a) => <span className="lh-code">{a.recursive_address ? `${a.recursive_address} ${a.recursive_port}` : none}</span> },
    { key: 'developer', title: t('operator.developer'), from: 'lg', render: (a) => a.developer || none },
    { key: 'act', title: '', render: (a) => <span className="lh-outcome-line"><EditApplication node={node} row={a} /><Confirm title={t('operator.remove', { name: a.name })} label={t('handle.remove')} run={() => remove.mutateAsync(a.id)} button={{ size: 'small' }} /></span> },
  ]
  return <DataTable<ApplicationRow> url={`/api/identifier/nodes/${node.id}/applications`} queryKey={particularsKey} label={t('operator.applications')} rowKey={(a) => a.id} columns={columns} prefix="a." views="" empty={<EmptyState title={t('operator.noApplications')} note={t('operator.noApplicationsNote')} />} />
}

type Entered = Schema<'IdentifierApplicationBody'>

function EditApplication({ node, row }: { node: NodeDetail; row?: ApplicationRow }) {
  const t = useIdentifierTexts()
  const [open, setOpen] = useState(false)
  const save = useChange({
    run: (v: Entered) => row
      ? read(api.PUT('/api/identifier/applications/{id}', { params: { path: { id: row.id }, header: ifMatch(row.version) }, body: pruned(v) }))
      : read(api.POST('/api/identifier/nodes/{id}/applications', { params: { path: { id: node.id } }, body: pruned(v) })),
    refresh: [particularsKey], done: t('operator.saved'), after: () => setOpen(false), quiet: true,
  })
  const initial: Partial<Entered> = row ? { ...row, recursive_port: row.recursive_port || undefined } as Partial<Entered> : { kind: 1 }
  return (
    <>
      {row ? <Button size="small" onClick={() => setOpen(true)}>{t('handle.edit')}</Button> : <Button icon={<PlusOutlined />} onClick={() => setOpen(true)}>{t('operator.add')}</Button>}
      <Modal open={open} title={row?.name ?? t('operator.add')} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <EntityForm<Entered> name="application" initial={initial} submit={(v) => save.mutateAsync(v)} cancel={() => setOpen(false)}>
          <Form.Item name="name" label={t('field.name')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('field.name') }) }]}><Input maxLength={100} /></Form.Item>
          <Form.Item name="kind" label={t('statistics.kind')}><Select options={kinds.map((k, i) => ({ value: i + 1, label: t(`operator.kinds.${k}`) }))} /></Form.Item>
          <Form.Item name="introduction" label={t('operator.about')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
          <Form.Item name="users" label={t('operator.users')}><InputNumber min={0} precision={0} style={{ width: '100%' }} /></Form.Item>
          <div className="lh-pair">
            <Form.Item name="recursive_address" label={t('operator.recursiveAddress')}><Input maxLength={45} className="lh-code" /></Form.Item>
            <Form.Item name="recursive_port" label={t('operator.port')}><InputNumber min={1} max={65535} precision={0} style={{ width: '100%' }} placeholder="3641" /></Form.Item>
          </div>
          <Form.Item name="developer" label={t('operator.developer')}><Input maxLength={200} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
