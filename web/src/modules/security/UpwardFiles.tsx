import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { api, Confirm, CopyBlock, DataTable, EmptyState, read, useChange, useFormat, useMay, type Column, type Schema } from '../../kernel'
import { upwardKey, useUpwardTexts, type UpperRow } from './upwardTexts'

type UpperFile = Schema<'UpwardUpperFile'>

/** Signed files for an upper level behind a gateway, and what its side has to trust. */
export function UpwardFiles({ upper: x }: { upper: UpperRow }) {
  const t = useUpwardTexts()
  const f = useFormat()
  const may = useMay()
  const key = useQuery({ queryKey: [...upwardKey, 'key'], queryFn: () => read(api.GET('/api/security/upper-file-key')), staleTime: Infinity })
  const make = useChange({ run: () => read(api.POST('/api/security/uppers/{id}/files', { params: { path: { id: x.id } } })), refresh: [upwardKey], done: t('upward.madeFile', { n: x.sequence + 1 }), quiet: true })
  const columns: Column<UpperFile>[] = [
    { key: 'sequence', title: t('upward.field.sequence'), sort: 'sequence', render: (r) => <span className="lh-number">{f.number(r.sequence, 0)}</span> },
    { key: 'reports', title: t('upward.field.reports'), align: 'right', from: 'sm', render: (r) => <span className="lh-number">{f.number(r.reports, 0)}</span> },
    { key: 'objects', title: t('upward.field.objects'), align: 'right', from: 'md', render: (r) => <span className="lh-number">{f.number(r.objects, 0)}</span> },
    { key: 'made', title: t('upward.field.made'), render: (r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(r.created_at)}</span><span className="lh-muted">{r.by} · {r.fetched_at ? t('upward.fetched', { time: f.time(r.fetched_at) }) : t('upward.notFetched')}</span></span> },
    { key: 'get', title: '', render: (r) => may('security.upward.release') && <a href={`/api/security/upper-files/${r.id}`} download title={`SHA-256 ${r.digest}`}>{t('upward.download')}</a> },
  ]
  return (
    <>
      <Card size="small" title={t('upward.files')} extra={may('security.upward.release') && <Confirm title={t('upward.makeFileAsk')} note={<p>{t('upward.makeFileNote', { n: x.open, m: x.sequence + 1 })}</p>} label={t('upward.makeFile')} danger={false} button={{ type: 'primary', size: 'small', disabled: x.paused || !x.confirmed || x.open === 0 }} run={() => make.mutateAsync()} />}>
        <DataTable<UpperFile> url={`/api/security/uppers/${x.id}/files`} prefix="f" queryKey={[...upwardKey, 'files', x.id]} label={t('upward.files')} rowKey={(r) => r.id} columns={columns} empty={<EmptyState title={t('upward.noFiles')} />} />
      </Card>
      <Card size="small" title={t('upward.key')}>
        <p className="lh-muted">{t('upward.keyNote')}</p>
        {key.data && <CopyBlock label={t('upward.key')} text={key.data.public} />}
      </Card>
    </>
  )
}
