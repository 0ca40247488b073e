import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Card, Form, Input, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { api, EntityForm, Loading, PageHeader, read, useMay, useSession, useText } from '../../kernel'
import { nodesKey, useFounds, useNode, useNodes, type Role } from './data'
import './identifier.css'
import { inputOf, NodeFields, type Values } from './NodeFields'
import { useIdentifierTexts } from './texts'

/** Founds a node, or applies for a prefix: whoever decides about such nodes founds, the others apply. */
export default function Founding() {
  const t = useIdentifierTexts()
  const city = useFounds()
  const roots = useNodes({ role: 'root', limit: 1 })
  const [params] = useSearchParams()
  const asked = params.get('role')
  if (roots.isPending) return <Loading />
  const first: Role = asked === 'root' || asked === 'secondary' || asked === 'enterprise' ? asked : city ? (roots.data?.total ? 'secondary' : 'root') : 'enterprise'
  return (
    <div className="lh-stack">
      <PageHeader title={t(city ? 'form.found' : 'form.apply')} note={t(city ? 'form.foundNote' : 'form.applyNote')} />
      <Card>
        {!city && <Alert type="info" showIcon title={t('form.reviewFirst')} className="lh-form-problem" />}
        <Entry city={city} role={first} above={params.get('above') ?? ''} />
      </Card>
    </div>
  )
}

function Entry({ city, role, above }: { city: boolean; role: Role; above: string }) {
  const t = useIdentifierTexts()
  const text = useText()
  const go = useNavigate()
  const may = useMay()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { organisation } = useSession()
  const [form] = Form.useForm<Values>()
  const organisations = useQuery({
    queryKey: ['organisations', 'choice'],
    queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })),
    enabled: may('system.organisation.view'),
  })
  const submit = async (values: Values) => {
    const operator = organisations.data?.items.find((o) => o.id === values.operator_id)
    const made = await read(api.POST('/api/identifier/nodes', { body: { ...inputOf(values), ...(operator ? { operator_name: operator.name } : {}) } }))
    await queries.invalidateQueries({ queryKey: nodesKey })
    void message.success(t(made.state === 'applied' ? 'form.applied' : 'form.founded'))
    void go(`/identifier/nodes/${made.id}`)
  }
  const choices = organisations.data?.items.map((o) => ({ value: o.id, label: text(o.name) })) ?? []
  const initial: Partial<Values> = { role, hosting: 'hosted', operator_id: organisation.id, ...(above ? { above_id: above } : {}) }
  return (
    <EntityForm<Values> form={form} submit={submit} initial={initial} submitLabel={t(city ? 'form.submitFound' : 'form.submitApply')} cancel={() => void go('/identifier/nodes')} wide>
      <Place city={city} />
      {choices.length > 1 && (
        <Form.Item name="operator_id" label={t('field.operator')} extra={t('form.operatorNote')}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={choices} />
        </Form.Item>
      )}
      <NodeFields contract />
    </EntityForm>
  )
}

/** Where the node stands in the tree: its role, the node above it, and its prefix. */
function Place({ city }: { city: boolean }) {
  const t = useIdentifierTexts()
  const form = Form.useFormInstance<Values>()
  const role = Form.useWatch('role', form)
  const roles: Role[] = city ? ['root', 'secondary', 'enterprise'] : ['secondary', 'enterprise']
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <>
      <Form.Item name="role" label={t('field.role')} extra={role && t(`form.${role}Note`)}>
        <Select options={roles.map((r) => ({ value: r, label: t(`role.${r}`) }))} onChange={() => form.setFieldsValue({ above_id: '', prefix: '' })} />
      </Form.Item>
      {role && role !== 'root' && (
        <div className="lh-pair" key={role}>
          <Form.Item name="above_id" label={t('field.above')} rules={role === 'enterprise' ? missing(t('field.above')) : []}>
            <Above role={role === 'enterprise' ? 'secondary' : 'root'} />
          </Form.Item>
          <Form.Item name="prefix" label={t('field.prefix')} extra={t(role === 'enterprise' ? 'form.prefixNote' : 'form.prefixSecondary')} rules={missing(t('field.prefix'))}>
            <Prefix />
          </Form.Item>
        </div>
      )}
    </>
  )
}

/** Chooses the node above, among those that allocate now. */
function Above({ role, value, onChange, id }: { role: Role; value?: string; onChange?: (id: string) => void; id?: string }) {
  const t = useIdentifierTexts()
  const text = useText()
  const [q, setQ] = useState('')
  const list = useNodes({ role, limit: 50, ...(q ? { q } : {}) })
  const chosen = useNode(value ?? '')
  const nodes = list.data?.items.filter((n) => n.state === 'trial' || n.state === 'in_service') ?? []
  const all = chosen.data && !nodes.some((n) => n.id === chosen.data.id) ? [chosen.data, ...nodes] : nodes
  // The only one there is needs no choice.
  const only = !q && nodes.length === 1 ? nodes[0]!.id : ''
  useEffect(() => {
    if (only && !value) onChange?.(only)
  }, [only, value, onChange])
  return (
    <Select
      {...(id ? { id } : {})}
      allowClear
      value={value || null}
      onChange={(next) => onChange?.(next ?? '')}
      loading={list.isFetching}
      showSearch={{ filterOption: false, onSearch: setQ }}
      options={all.map((n) => ({ value: n.id, label: `${n.prefix} ${text(n.name)}` }))}
      placeholder={t(`role.${role}`)}
      notFoundContent={list.isFetching ? t('form.looking') : t(role === 'root' ? 'form.noRoot' : 'form.noSecondary')}
    />
  )
}

/** Takes a prefix, and proposes the next that is free. */
function Prefix({ value, onChange, id }: { value?: string; onChange?: (prefix: string) => void; id?: string }) {
  const form = Form.useFormInstance<Values>()
  const above = useNode((Form.useWatch('above_id', form) as string | undefined) ?? '')
  const free = above.data?.free_prefix ?? ''
  const proposed = useRef('')
  useEffect(() => {
    // What somebody typed stays.
    if (!free || free === proposed.current || (value && value !== proposed.current)) return
    proposed.current = free
    onChange?.(free)
  }, [free, value, onChange])
  return <Input {...(id ? { id } : {})} maxLength={200} className="lh-code" autoCapitalize="none" spellCheck={false} value={value ?? ''} onChange={(e) => onChange?.(e.target.value)} />
}
