import { PlusOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, StatusTag, useFormat, useMay, useText, type Column, type Filter } from '../../kernel'
import { templatesKey, templateTone, useVocabulary, type Template } from './data'
import { useIdentifierTexts } from './texts'

/** Metadata templates: published ones of everybody, and one's own. */
export default function Templates() {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const vocabulary = useVocabulary()
  const columns: Column<Template>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (x) => <Link to={`/identifier/templates/${x.id}`}>{text(x.name)}</Link> },
    { key: 'code', title: t('template.code'), sort: 'code', render: (x) => <span className="lh-code lh-break">{x.code}:{x.version}</span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (x) => <StatusTag tone={templateTone[x.state]}>{t(`template.state.${x.state}`)}</StatusTag> },
    { key: 'industry', title: t('field.industry'), sort: 'industry', from: 'lg', render: (x) => (x.industry ? vocabulary.title('industries', x.industry) : t('field.crossIndustry')) },
    { key: 'items', title: t('template.items'), align: 'right', from: 'sm', render: (x) => <span className="lh-number">{f.number(x.items.length)}</span> },
    { key: 'operator', title: t('template.owner'), from: 'md', render: (x) => text(x.operator) },
    { key: 'published', title: t('template.published'), sort: 'published_at', from: 'md', render: (x) => <span className="lh-number">{f.time(x.published_at)}</span> },
  ]
  const filters: Filter[] = [
    { name: 'state', label: t('field.state'), options: (['draft', 'published', 'withdrawn'] as const).map((s) => ({ value: s, label: t(`template.state.${s}`) })) },
    { name: 'industry', label: t('field.industry'), options: vocabulary.options('industries') },
  ]
  const make = may('identifier.template') && <LinkButton type="primary" to="/identifier/templates/new" icon={<PlusOutlined />}>{t('template.make')}</LinkButton>
  return (
    <>
      <PageHeader title={t('template.title')} note={t('template.note')} actions={make} />
      <DataTable<Template>
        url="/api/identifier/templates" queryKey={templatesKey} label={t('template.title')} rowKey={(x) => x.id} columns={columns} filters={filters} search={t('template.search')} exports
        empty={<EmptyState title={t('template.none')} note={t(make ? 'template.noneMake' : 'template.noneView')} action={make} />}
      />
    </>
  )
}
