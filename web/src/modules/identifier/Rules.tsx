import { PlusOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, StatusTag, useFormat, useMay, useText, type Column, type Filter } from '../../kernel'
import { rulesKey, type CodeRule } from './codes'
import { Composition } from './Composition'
import './identifier.css'
import { useIdentifierTexts } from './texts'

/** The code rules of nodes that the reader acts for. */
export default function Rules() {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const columns: Column<CodeRule>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (c) => <Link to={`/identifier/rules/${c.id}`}>{text(c.name)}</Link> },
    { key: 'prefix', title: t('field.node'), sort: 'prefix', from: 'sm', render: (c) => <Link className="lh-code" to={`/identifier/nodes/${c.node_id}`}>{c.prefix}</Link> },
    { key: 'composition', title: t('rules.composition'), from: 'md', render: (c) => <Composition rule={c.rule} /> },
    { key: 'given', title: t('rules.given'), align: 'right', render: (c) => <span className="lh-number">{f.number(c.given)}</span> },
    { key: 'state', title: t('field.state'), render: (c) => <StatusTag tone={c.stopped ? 'idle' : 'good'}>{t(c.stopped ? 'rules.stopped' : 'rules.inUse')}</StatusTag> },
    { key: 'created', title: t('rules.made'), sort: 'created_at', from: 'lg', render: (c) => <span className="lh-number">{f.time(c.created_at)}</span> },
  ]
  const filters: Filter[] = [{ name: 'stopped', label: t('field.state'), options: [{ value: 'false', label: t('rules.inUse') }, { value: 'true', label: t('rules.stopped') }] }]
  const make = may('identifier.template') && <LinkButton type="primary" to="/identifier/rules/new" icon={<PlusOutlined />}>{t('rules.make')}</LinkButton>
  return (
    <>
      <PageHeader title={t('rules.title')} note={t('rules.note')} actions={make} />
      <DataTable<CodeRule>
        url="/api/identifier/rules" queryKey={rulesKey} label={t('rules.title')} rowKey={(c) => c.id} columns={columns} filters={filters} search={t('rules.search')} exports
        empty={<EmptyState title={t('rules.none')} note={t(make ? 'rules.noneMake' : 'rules.noneView')} action={make} />}
      />
    </>
  )
}
