import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EntityForm, ifMatch, NameFields, none, PageHeader, read, SyntheticMark, useChange, useMay, useSession, useText, type Column, type Text } from '../../kernel'
import { kinds, organisationsKey, useOrganisations, type Organisation } from './data'
import { useSystemTexts } from './texts'

interface Values {
  kind: Organisation['kind']
  parent_id?: string
  name: Partial<Text>
  uscc?: string
  district?: string
}

/** The organisations of the city, as a tree of tenants. */
export default function Organisations() {
  const t = useSystemTexts()
  const may = useMay()
  const [edited, setEdited] = useState<Organisation | 'new' | null>(null)
  const columns = useColumns(setEdited)
  return (
    <>
      <PageHeader
        title={t('organisations.title')}
        note={t('organisations.note')}
        actions={may('system.organisation.edit') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>{t('organisations.add')}</Button>}
      />
      <DataTable<Organisation>
        url="/api/system/organisations"
        queryKey={organisationsKey}
        label={t('organisations.title')}
        rowKey={(o) => o.id}
        columns={columns}
        filters={[{ name: 'kind', label: t('field.kind'), options: kinds.map((k) => ({ value: k, label: t(`kind.${k}`) })) }]}
        search={t('organisations.search')}
        exports
      />
      <Drawer open={edited !== null} onClose={() => setEdited(null)} size={560} destroyOnHidden title={edited === 'new' ? t('organisations.add') : t('organisations.edit')}>
        {edited && <OrganisationForm organisation={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
      </Drawer>
    </>
  )
}

function useColumns(edit: (o: Organisation) => void): Column<Organisation>[] {
  const t = useSystemTexts()
  const text = useText()
  const may = useMay()
  const organisations = useOrganisations()
  const remove = useChange({
    run: (id: string) => read(api.DELETE('/api/system/organisations/{id}', { params: { path: { id } } })),
    refresh: [organisationsKey],
    done: t('removed'),
    quiet: true,
  })
  const columns: Column<Organisation>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (o) => <>{text(o.name)} {o.synthetic && <SyntheticMark />}</> },
    { key: 'kind', title: t('field.kind'), sort: 'kind', render: (o) => t(`kind.${o.kind}`) },
    { key: 'parent', title: t('field.parent'), from: 'md', render: (o) => (o.parent_id ? organisations.name(o.parent_id) : none) },
    { key: 'uscc', title: t('field.uscc'), from: 'md', render: (o) => (o.uscc ? <span className="lh-code">{o.uscc}</span> : none) },
    { key: 'district', title: t('field.district'), sort: 'district', from: 'lg', render: (o) => o.district || none },
  ]
  if (may('system.organisation.edit')) {
    columns.push({
      key: 'act', title: t('field.actions'), align: 'right',
      render: (o) => (
        <span className="lh-actions">
          <Button size="small" onClick={() => edit(o)}>{t('edit')}</Button>
          {o.synthetic && <Confirm title={t('organisations.removeTitle')} label={t('remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(o.id)} />}
        </span>
      ),
    })
  }
  return columns
}

function OrganisationForm({ organisation, close }: { organisation: Organisation | null; close: () => void }) {
  const t = useSystemTexts()
  const session = useSession()
  const organisations = useOrganisations()
  const save = useChange({
    run: (v: Values) => {
      const body = { name: { zh: v.name.zh ?? '', en: v.name.en ?? '' }, uscc: v.uscc?.trim() ?? '', district: v.district ?? '' }
      if (!organisation) return read(api.POST('/api/system/organisations', { body: { ...body, kind: v.kind, parent_id: v.parent_id ?? '' } }))
      return read(api.PUT('/api/system/organisations/{id}', { params: { path: { id: organisation.id }, header: ifMatch(organisation.version) }, body }))
    },
    refresh: [organisationsKey],
    done: t('saved'),
    after: close,
    quiet: true,
  })
  const initial: Partial<Values> = organisation ?? { kind: 'enterprise', parent_id: session.organisation.id }
  return (
    <EntityForm<Values> initial={initial} submit={(v) => save.mutateAsync(v)} cancel={close}>
      <NameFields name="name" label={t('field.name')} required />
      {!organisation && (
        <>
          <Form.Item name="kind" label={t('field.kind')}>
            <Select options={kinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))} />
          </Form.Item>
          <Form.Item name="parent_id" label={t('field.parent')}>
            <Select showSearch={{ optionFilterProp: 'label' }} options={organisations.options} />
          </Form.Item>
        </>
      )}
      <Form.Item name="uscc" label={t('field.uscc')} extra={t('organisations.usccNote')}>
        <Input maxLength={18} className="lh-code" />
      </Form.Item>
      <Form.Item name="district" label={t('field.district')} extra={t('organisations.districtNote')}>
        <Input maxLength={6} inputMode="numeric" />
      </Form.Item>
    </EntityForm>
  )
}
