import { Link } from 'react-router'
import { DataTable, EmptyState, PageHeader, useFormat, type Column, type Schema } from '../../kernel'
import { questions, roomKey } from './data'
import { useAtlasTexts } from './texts'
import './atlas.css'

type Row = Schema<'AtlasAnswerListView'>

/** Answers that were kept. */
export default function Lists() {
  const t = useAtlasTexts()
  const f = useFormat()
  const columns: Column<Row>[] = [
    { key: 'title', title: t('lists.name'), sort: 'title', render: (x) => <Link to={`/atlas/lists/${x.id}`} className="lh-wrap">{x.title}</Link> },
    { key: 'question', title: t('lists.question'), render: (x) => t(`ask.kinds.${x.question}`) },
    { key: 'items', title: t('lists.items'), sort: 'items', align: 'right', render: (x) => <span className="lh-number">{f.number(x.items, 0)}</span> },
    { key: 'name', title: t('lists.by'), from: 'md', render: (x) => x.name },
    { key: 'at', title: t('lists.at'), sort: 'at', from: 'sm', render: (x) => <span className="lh-number">{f.time(x.at)}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('lists.title')} note={t('lists.note')} />
      <DataTable<Row>
        url="/api/atlas/lists" queryKey={[...roomKey, 'lists']} label={t('lists.title')} rowKey={(x) => x.id} columns={columns} search={t('lists.search')} exports
        filters={[{ name: 'question', label: t('lists.question'), options: questions.map((k) => ({ value: k, label: t(`ask.kinds.${k}`) })) }]}
        empty={<EmptyState title={t('lists.empty')} note={t('lists.emptyNote')} />}
      />
    </div>
  )
}
