import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, sentenceText, StatusTag, useChange, useFormat, useLive, useMay } from '../../kernel'
import { FerryForm } from './FerryForm'
import { Missing } from './FerrySources'
import { SecondPerson, SecondPersons } from './SecondPerson'
import { channelPage, ferryKey, upwardKey, useUpwardTexts, type SourceDetail } from './upwardTexts'

/** One source of signed files: how far it came, what is missing, and what was taken in last. */
export default function FerrySource() {
  const { id = '' } = useParams()
  const t = useUpwardTexts()
  const f = useFormat()
  useLive('security.ferry', ferryKey)
  const { data: s, error, refetch } = useQuery({ queryKey: [...ferryKey, 'source', id], queryFn: () => read(api.GET('/api/security/ferry-sources/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('ferry.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!s) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={s.name} note={t('ferry.next', { n: Math.max(s.last + 1, s.first) })} marks={s.upper && <StatusTag tone="info">{t('ferry.kindUpper')}</StatusTag>} actions={<Acts source={s} />} />
      <SecondPerson of={s} refresh={ferryKey} confirm={() => read(api.POST('/api/security/ferry-sources/{id}/confirmation', { params: { path: { id: s.id }, header: ifMatch(s.version) } }))} />
      <Card size="small" title={t('ferry.about')}>
        <Particulars
          items={[
            { key: 'missing', label: t('ferry.field.missing'), children: <Missing source={s} /> },
            { key: 'last', label: t('ferry.field.last'), children: <span className="lh-number">{s.last > 0 ? f.number(s.last, 0) : none}</span> },
            { key: 'channel', label: t('ferry.field.channel'), children: <span className="lh-code lh-break">{s.channel}</span> },
            { key: 'pair', label: t('ferry.pair'), children: <Pair source={s} /> },
            { key: 'by', label: t('second.by'), children: <SecondPersons of={s} /> },
            { key: 'keys', label: t('ferry.field.keys'), children: <span className="lh-code lh-break">{s.keys}</span> },
          ]}
        />
      </Card>
      <Files source={s} />
    </div>
  )
}

/** The channel in the other direction. */
function Pair({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const may = useMay()
  const { data } = useQuery({ queryKey: [...upwardKey, 'choice'], queryFn: () => read(api.GET('/api/security/uppers', { params: { query: { limit: 100 } } })), enabled: Boolean(s.pair_id) && may('security.upward.view') })
  const pair = data?.items.find((x) => x.id === s.pair_id)
  if (!s.pair_id) return <span className="lh-muted">{t('ferry.noPair')}</span>
  return pair ? <Link to={channelPage(pair)}>{pair.name}</Link> : <span className="lh-code lh-break">{s.pair_id}</span>
}

function Acts({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const may = useMay()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const remove = useChange({ run: () => read(api.DELETE('/api/security/ferry-sources/{id}', { params: { path: { id: s.id } } })), refresh: [ferryKey], done: t('ferry.removed'), quiet: true, after: () => void navigate('/security/files') })
  if (!may('security.ferry.manage')) return null
  return (
    <>
      <Confirm title={t('ferry.removeAsk', { name: s.name })} label={t('ferry.remove')} run={() => remove.mutateAsync()} />
      <Button onClick={() => setOpen(true)}>{t('ferry.edit')}</Button>
      <Drawer title={t('ferry.edit')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><FerryForm source={s} close={() => setOpen(false)} /></Drawer>
    </>
  )
}

function Files({ source: s }: { source: SourceDetail }) {
  const t = useUpwardTexts()
  const f = useFormat()
  type File = SourceDetail['files'][number]
  return (
    <Card size="small" title={t('ferry.files')}>
      {s.files.length === 0 ? <span className="lh-muted">{t('ferry.noFiles')}</span> : (
        <PlainTable<File>
          label={t('ferry.files')} rowKey={(r) => String(r.sequence)} scroll={{ x: '100%' }} dataSource={s.files} pagination={s.files.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('ferry.field.sequence'), render: (_, r) => <span className="lh-number">{f.number(r.sequence, 0)}</span> },
            { title: t('ferry.field.objects'), render: (_, r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.number(r.objects, 0)}</span>{r.notices > 0 && <span className="lh-muted">{t('ferry.notices', { n: r.notices })}</span>}{r.receipts > 0 && <span className="lh-muted">{t('ferry.receipts', { n: r.receipts })}</span>}{r.refused > 0 && <span className="lh-muted lh-break">{t('ferry.refused', { n: r.refused, why: sentenceText(r.refusal) })}</span>}</span> },
            { title: t('ferry.field.made'), responsive: ['sm'], render: (_, r) => <span className="lh-number">{f.time(r.made_at)}</span> },
            { title: t('ferry.field.taken'), render: (_, r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(r.taken_at)}</span><span className="lh-muted">{r.by}</span></span> },
          ]}
        />
      )}
    </Card>
  )
}
