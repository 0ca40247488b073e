import { Descriptions } from 'antd'
import { DataTable, EmptyState, none, PageHeader, Problem, problemText, StatusTag, useFormat, type Column, type Schema } from '../../kernel'
import { useOrganisations } from '../system/data'
import { useFilesTexts } from './texts'

type File = Schema<'FilesRow'>

const verdicts = ['released', 'refused'] as const

/** Every uploaded file with its verdict. */
export default function Files() {
  const t = useFilesTexts()
  const f = useFormat()
  const organisations = useOrganisations()
  const columns: Column<File>[] = [
    { key: 'at', title: t('field.time'), sort: 'sent_at', render: (x) => <span className="lh-number">{f.time(x.sent_at)}</span> },
    { key: 'name', title: t('field.name'), sort: 'name', render: (x) => <span className="lh-break">{x.name}</span> },
    { key: 'kind', title: t('field.kind'), sort: 'kind', from: 'md', render: (x) => x.kind || none },
    { key: 'size', title: t('field.size'), sort: 'size', align: 'right', from: 'md', render: (x) => <span className="lh-number">{x.size < 1024 ? `${x.size} B` : `${f.number(x.size / 1024, 1)} KiB`}</span> },
    { key: 'verdict', title: t('field.verdict'), sort: 'verdict', render: (x) => <StatusTag tone={x.verdict === 'released' ? 'good' : 'bad'}>{t(`verdict.${x.verdict}`)}</StatusTag> },
    { key: 'sender', title: t('field.sender'), from: 'lg', render: (x) => x.sent_by_name || none },
  ]
  return (
    <>
      <PageHeader title={t('title')} note={t('note')} />
      <DataTable<File>
        url="/api/files"
        queryKey={['files']}
        label={t('title')}
        rowKey={(x) => x.id}
        columns={columns}
        filters={[{ name: 'verdict', label: t('field.verdict'), options: verdicts.map((v) => ({ value: v, label: t(`verdict.${v}`) })) }]}
        search={t('search')}
        exports
        empty={<EmptyState title={t('empty')} note={t('emptyNote')} />}
        expand={(x) => (
          <Descriptions
            size="small"
            column={{ xs: 1, md: 2 }}
            items={[
              { key: 'reason', label: t('field.reason'), children: x.reason ? <span title={x.reason}>{problemText(new Problem({ status: 422, key: x.reason }))}</span> : none },
              { key: 'scanned', label: t('field.scanned'), children: x.scanned ? t('scanned.yes') : t('scanned.no') },
              { key: 'media', label: t('field.media'), children: x.media_type || none },
              { key: 'declared', label: t('field.declared'), children: x.declared || none },
              { key: 'room', label: t('field.room'), children: `${x.room} · ${organisations.name(x.organisation_id)}` },
              { key: 'hash', label: t('field.hash'), children: <span className="lh-code lh-break">{x.sha256 || none}</span> },
            ]}
          />
        )}
      />
    </>
  )
}
