import { DeleteOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { api, Confirm, EmptyState, none, PlainTable, read, StatusTag, UploadButton, useChange, useMay, type Tone } from '../../kernel'
import { entryKey, useVocabulary, type EntryDetail, type Evidence, type Qualification } from './data'
import { useEnterpriseTexts } from './texts'

/** The qualifications of an enterprise: by whom, how long, and with which files. */
export function Qualifications({ entry }: { entry: EntryDetail }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const vocabulary = useVocabulary()
  const list = entry.profile.qualifications ?? []
  const keeps = entry.near === 'keeper' && may('enterprise.file') && entry.status !== 'refused' && entry.status !== 'merged' && entry.status !== 'removed'
  const state = (q: Qualification): [Tone, string] => {
    if (entry.expired.includes(q.id ?? '')) return ['bad', t('qualification.expired')]
    if (entry.expiring.includes(q.id ?? '')) return ['warn', t('qualification.expiring')]
    return ['good', t('qualification.valid')]
  }
  if (entry.hidden.includes('qualifications')) return <EmptyState title={t('entry.notShown')} note={t('qualification.hidden')} />
  if (list.length === 0) return <EmptyState title={t('qualification.none')} note={t(keeps ? 'qualification.noneHow' : 'qualification.noneNote')} />
  return (
    <PlainTable<Qualification>
      label={t('field.qualifications')} rowKey={(q) => q.id ?? ''} dataSource={list}
      columns={[
        { title: t('field.kind'), render: (_, q) => <span className="lh-two lh-wrap"><span>{vocabulary.title('qualifications', q.kind)}</span><span>{q.name}</span></span> },
        { title: t('field.number'), responsive: ['sm'], render: (_, q) => <span className="lh-code">{q.number || none}</span> },
        { title: t('field.issuer'), responsive: ['md'], render: (_, q) => q.issuer || none },
        { title: t('field.validity'), render: (_, q) => <span className="lh-two"><span><StatusTag tone={state(q)[0]}>{state(q)[1]}</StatusTag></span><span className="lh-number">{q.valid_until ? t('qualification.until', { day: q.valid_until }) : t('qualification.always')}</span></span> },
        { title: t('qualification.evidence'), render: (_, q) => <Files entry={entry} qualification={q} keeps={keeps} /> },
      ]}
    />
  )
}

function Files({ entry, qualification, keeps }: { entry: EntryDetail; qualification: Qualification; keeps: boolean }) {
  const t = useEnterpriseTexts()
  if (entry.hidden.includes('evidence')) return <span className="lh-note">{t('entry.notShown')}</span>
  const list = entry.evidence.filter((v) => v.qualification_id === qualification.id)
  return (
    <>
      <ul className="lh-enterprise-files">
        {list.map((v) => <li key={v.id}><a href={`/api/enterprise/entries/${entry.id}/evidence/${v.id}`} className="lh-wrap">{v.name}</a>{keeps && <Remove entry={entry} file={v} />}</li>)}
      </ul>
      {list.length === 0 && !keeps && none}
      {keeps && <Attach entry={entry} qualification={qualification.id ?? ''} />}
    </>
  )
}

function Remove({ entry, file }: { entry: EntryDetail; file: Evidence }) {
  const t = useEnterpriseTexts()
  const remove = useChange({
    run: () => read(api.DELETE('/api/enterprise/entries/{id}/evidence/{file}', { params: { path: { id: entry.id, file: file.id } } })),
    refresh: [entryKey(entry.id)], quiet: true,
  })
  return <Confirm title={t('qualification.removeTitle', { name: file.name })} note={t('qualification.removeNote')} label={t('entry.remove')} run={() => remove.mutateAsync()} button={{ size: 'small', type: 'text', icon: <DeleteOutlined />, 'aria-label': t('qualification.removeTitle', { name: file.name }), children: '' }} />
}

function Attach({ entry, qualification }: { entry: EntryDetail; qualification: string }) {
  const t = useEnterpriseTexts()
  const queries = useQueryClient()
  return <UploadButton to={`/api/enterprise/entries/${entry.id}/evidence`} query={{ qualification }} label={t('qualification.attach')} took={() => queries.invalidateQueries({ queryKey: entryKey(entry.id) })} />
}
