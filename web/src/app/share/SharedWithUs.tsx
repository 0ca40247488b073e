import { Link } from 'react-router'
import { DataTable, EmptyState, PageHeader, useFormat, useLive, useText, type Column } from '../../kernel'
import { sharedKey, useVocabulary, type Shared } from './data'
import { useShareTexts } from './texts'

/** What others share with the organisation. */
export default function SharedWithUs() {
  const t = useShareTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  useLive('share.objects', sharedKey)
  const columns: Column<Shared>[] = [
    { key: 'title', title: t('field.object'), sort: 'title', render: (x) => <span className="lh-two"><Link to={x.path}>{text(x.title)}</Link><span>{vocabulary.kindTitle(x.kind)}</span></span> },
    { key: 'owner', title: t('field.owner'), sort: 'owner', render: (x) => text(x.owner) },
    { key: 'rules', title: t('field.rules'), from: 'md', render: (x) => f.list(x.rules.map((r) => text(r))) },
    { key: 'purpose', title: t('field.purpose'), from: 'lg', render: (x) => <span className="lh-prose">{x.purpose}</span> },
    { key: 'until', title: t('field.until'), sort: 'until', from: 'sm', render: (x) => <span className="lh-number">{f.date(x.until)}</span> },
  ]
  return (
    <>
      <PageHeader title={t('withUs.title')} note={t('withUs.note')} />
      <DataTable<Shared>
        url="/api/share/objects"
        queryKey={sharedKey}
        label={t('withUs.title')}
        rowKey={(x) => `${x.kind}/${x.id}`}
        columns={columns}
        filters={vocabulary.kinds.length > 1 ? [{ name: 'kind', label: t('field.kind'), options: vocabulary.kinds.map((k) => ({ value: k.noun, label: text(k.title) })) }] : []}
        search={t('withUs.search')}
        exports
        every={60_000}
        empty={<EmptyState title={t('withUs.empty')} note={t('withUs.emptyNote')} />}
      />
    </>
  )
}
