import { DataTable, EmptyState, useFormat, useText, type Column, type Schema } from '../../kernel'
import { entryKey, type Group } from './data'
import { useEnterpriseTexts } from './texts'

type Access = Schema<'EnterpriseAccess'>

/** Who was given something of the enterprise that is not public. */
export function Accesses({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<Access>[] = [
    { key: 'at', title: t('access.at'), sort: 'at', render: (a) => <span className="lh-number">{f.time(a.at)}</span> },
    { key: 'who', title: t('access.who'), sort: 'name', render: (a) => <span className="lh-two lh-wrap"><span>{a.name}</span><span>{text(a.organisation)}</span></span> },
    { key: 'fields', title: t('access.fields'), render: (a) => <span className="lh-wrap">{f.list(a.fields.split(',').map((g) => t(`group.${g as Group}`)))}</span> },
    { key: 'way', title: t('access.way'), from: 'sm', render: (a) => t(`access.ways.${a.way}`) },
    { key: 'times', title: t('access.times'), sort: 'times', align: 'right', from: 'sm', render: (a) => <span className="lh-number">{f.number(a.times, 0)}</span> },
  ]
  return (
    <DataTable<Access>
      url={`/api/enterprise/entries/${id}/accesses`} queryKey={[...entryKey(id), 'accesses']} label={t('access.title')} rowKey={(a) => a.key} columns={columns} search={t('access.search')} exports prefix="a." views=""
      empty={<EmptyState title={t('access.none')} note={t('access.note')} />}
    />
  )
}
