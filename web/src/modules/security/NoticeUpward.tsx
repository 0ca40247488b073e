import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Checkbox } from 'antd'
import { useState } from 'react'
import { api, Confirm, Failure, ifMatch, Loading, PlainTable, read, StatusTag, useChange, useFormat, useLive } from '../../kernel'
import { mark } from './intelTexts'
import type { NoticeDetail } from './noticeData'
import { CancelReport, released, ReportState } from './UpwardReports'
import { reportTone, upwardKey, useUpwardTexts, type NoticeUpper, type ReportRow } from './upwardTexts'

/** By which channels up and down a notice went, what became of it, and by which it may go. */
export function NoticeUpward({ notice: n }: { notice: NoticeDetail }) {
  const t = useUpwardTexts()
  useLive('security.upward', upwardKey)
  const { data, error, refetch } = useQuery({ queryKey: [...upwardKey, 'notice', n.id, n.version], queryFn: () => read(api.GET('/api/security/notices/{id}/upward', { params: { path: { id: n.id } } })), refetchInterval: 15_000 })
  if (n.drill || n.synthetic) return <Alert type="info" showIcon title={t('upward.unreal')} />
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  return (
    <div className="lh-stack">
      <Card size="small" title={t('down.both')}>
        {data.uppers.length === 0 ? <span className="lh-muted">{t('down.none')}</span> : (
          <PlainTable<NoticeUpper>
            label={t('down.both')} rowKey={(x) => x.id} scroll={{ x: '100%' }} pagination={false} dataSource={data.uppers}
            columns={[
              { title: t('down.channel'), render: (_, x) => <span className="lh-two lh-wrap"><span>{x.name}</span><span className="lh-muted">{x.direction === 'down' && `${t('down.one')} · `}≤ {mark(x.most_tlp)}{x.rule && ` · ${t(x.direction === 'down' ? 'down.rule' : 'upward.rule')}`}{x.paused && ` · ${t('upward.upperStates.paused')}`}</span></span> },
              { title: t('upward.field.state'), render: (_, x) => <Standing upper={x} notice={n} /> },
              { title: '', render: (_, x) => x.may && <Release upper={x} notice={n} version={data.version} again={data.reports.some((r) => r.upper_id === x.id)} /> },
            ]}
          />
        )}
      </Card>
      <Reports list={data.reports} />
    </div>
  )
}

/** Whether the newest version may go to an upper level, and why not. */
function Standing({ upper: x, notice: n }: { upper: NoticeUpper; notice: NoticeDetail }) {
  const t = useUpwardTexts()
  if (x.newest) return <span className="lh-wrap">{t(x.direction === 'down' ? 'down.newest' : 'upward.newest')}</span>
  if (x.may) return <span className="lh-muted">{t(x.direction === 'down' ? 'down.may' : 'upward.may')}</span>
  const key = x.why.replace('security.', 'problems.')
  return <span className="lh-muted lh-wrap">{x.why.startsWith('security.') ? t(key as 'problems.upward.tlp', { tlp: mark(n.tlp), most: mark(x.most_tlp) }) : ''}</span>
}

function Release({ upper: x, notice: n, version, again }: { upper: NoticeUpper; notice: NoticeDetail; version: number; again: boolean }) {
  const t = useUpwardTexts()
  const down = x.direction === 'down'
  const [follows, setFollows] = useState(true)
  const release = useChange({ run: () => read(api.POST('/api/security/notices/{id}/upward', { params: { path: { id: n.id }, header: ifMatch(version) }, body: { upper: x.id, follows } })), refresh: [upwardKey], done: t(down ? 'down.released' : 'upward.released'), quiet: true })
  return (
    <Confirm title={t(down ? 'down.releaseAsk' : 'upward.releaseAsk', { name: x.name })} note={<><p>{t(down ? 'down.releaseNote' : 'upward.releaseNote')}</p><p><strong>{mark(n.tlp)}</strong> · {n.number}</p></>} label={down ? t('down.release') : again ? t('upward.again') : t('upward.release')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => release.mutateAsync()}>
      <Checkbox checked={follows} onChange={(e) => setFollows(e.target.checked)}>{t(down ? 'down.follows' : 'upward.follows')}</Checkbox>
    </Confirm>
  )
}

function Reports({ list }: { list: ReportRow[] }) {
  const t = useUpwardTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('down.reports')}>
      {list.length === 0 ? <span className="lh-muted">{t('down.noReports')}</span> : (
        <PlainTable<ReportRow>
          label={t('down.reports')} rowKey={(r) => r.id} scroll={{ x: '100%' }} dataSource={list} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('down.channel'), render: (_, r) => <span className="lh-two lh-wrap"><span>{r.upper}</span><span className="lh-muted">{t('upward.revision', { n: r.revision })} · {t(`upward.acts.${r.act}`)} · {mark(r.tlp)}</span></span> },
            { title: t('upward.field.state'), render: (_, r) => <ReportState report={r} /> },
            { title: t('upward.field.objects'), responsive: ['md'], render: (_, r) => <Objects report={r} /> },
            { title: t('upward.field.released'), responsive: ['lg'], render: (_, r) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(r.released_at)}</span><span className="lh-muted">{released(t, r)}</span></span> },
            { title: '', render: (_, r) => <CancelReport report={r} /> },
          ]}
        />
      )}
    </Card>
  )
}

/** What the other side says of each object. */
function Objects({ report: r }: { report: ReportRow }) {
  const t = useUpwardTexts()
  return (
    <div className="lh-wrap">
      {r.objects.map((o) => (
        <div key={o.id}><StatusTag tone={reportTone[o.state]}>{t(`upward.types.${o.type as 'report'}`)} · {t(`upward.states.${o.state}`)}</StatusTag>{' '}{o.message && <span className="lh-muted lh-break">{o.message}</span>}</div>
      ))}
    </div>
  )
}
