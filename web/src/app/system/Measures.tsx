import { DataTable, none, PageHeader, StatusTag, SyntheticMark, useFormat, useText, type Column } from '../../kernel'
import type { Measure } from './data'
import { useSystemTexts } from './texts'

/** The register of measures that plans are measured by, with their present values. */
export default function Measures() {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const columns: Column<Measure>[] = [
    {
      key: 'title', title: t('field.measure'),
      render: (m) => (
        <span className="lh-two">
          <span>{text(m.title)} {m.synthetic && <SyntheticMark />}</span>
          <span className="lh-code">{m.id}</span>
        </span>
      ),
    },
    {
      key: 'value', title: t('field.value'), align: 'right',
      render: (m) => {
        if (m.error) return <StatusTag tone="bad">{t('measures.unreadable')}</StatusTag>
        return m.known ? <span className="lh-number"><strong>{f.number(m.number)}</strong> <span className="lh-muted">{text(m.unit)}</span></span> : <StatusTag tone="idle">{t('measures.unknown')}</StatusTag>
      },
    },
    { key: 'at', title: t('field.at'), from: 'sm', render: (m) => <span className="lh-number">{m.at ? f.time(m.at) : none}</span> },
    { key: 'counts', title: t('field.counts'), from: 'md', render: (m) => <span className="lh-prose">{text(m.counts)}</span> },
  ]
  return (
    <>
      <PageHeader title={t('measures.title')} note={t('measures.note')} />
      <DataTable<Measure> url="/api/system/measures" queryKey={['measures']} label={t('measures.title')} rowKey={(m) => m.id} columns={columns} exports every={10_000} />
    </>
  )
}
