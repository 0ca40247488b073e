import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { Link, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, LinkButton, Loading, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useLive, useText } from '../../kernel'
import { noticeKey, noticeTone, type DrillDetail } from './noticeData'
import { Board } from './NoticeFigures'
import './notice.css'
import { useNoticeTexts } from './noticeTexts'

/** One drill with its notices and its own figures. */
export default function NoticeDrill() {
  const { id = '' } = useParams()
  const t = useNoticeTexts()
  useLive('security.notices', noticeKey)
  const { data, error, refetch } = useQuery({ queryKey: [...noticeKey, 'drill', id], queryFn: () => read(api.GET('/api/security/drills/{id}', { params: { path: { id } } })), refetchInterval: 15_000 })
  if (error) return <><PageHeader title={t('drill.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page drill={data} /> : <Loading />
}

function Page({ drill: x }: { drill: DrillDetail }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const end = useChange({ run: () => read(api.POST('/api/security/drills/{id}/end', { params: { path: { id: x.id }, header: ifMatch(x.version) } })), refresh: [noticeKey], done: t('drill.ended'), quiet: true })
  return (
    <div className="lh-stack">
      <PageHeader
        title={x.title} marks={<><span className="lh-notice-mark">{t('notice.drillMark')}</span><StatusTag tone={x.ended_at ? 'idle' : 'warn'}>{t(x.ended_at ? 'drill.over' : 'drill.running')}</StatusTag></>}
        actions={<>{x.acts.includes('write') && <LinkButton type="primary" to={`/security/notices/new?drill=${x.id}`}>{t('drill.write')}</LinkButton>}{x.acts.includes('end') && <Confirm title={t('drill.end')} note={<p>{t('drill.endNote')}</p>} label={t('drill.end')} run={() => end.mutateAsync()} />}</>}
      />
      <Card size="small">
        <Particulars
          items={[
            { key: 'plan', label: t('drill.field.plan'), children: <span className="lh-notice-text">{x.plan}</span> },
            { key: 'pace', label: t('drill.field.pace'), children: f.number(x.pace, 1) },
            { key: 'players', label: t('drill.field.organisations'), children: f.list(x.players.map((p) => text(p.name))) },
            { key: 'by', label: t('drill.field.by'), children: `${x.by} · ${f.time(x.created_at)}` },
          ]}
        />
      </Card>
      <Card size="small" title={t('drill.field.notices')}>
        <PlainTable<DrillDetail['notices'][number]>
          label={t('drill.field.notices')} rowKey={(n) => n.id} dataSource={x.notices} locale={{ emptyText: t('drill.none') }}
          columns={[
            { title: t('notice.field.title'), render: (_, n) => <span className="lh-wrap"><Link to={`/security/notices/${n.id}`}>{n.title}</Link></span> },
            { title: t('notice.field.number'), render: (_, n) => n.number },
            { title: t('notice.field.state'), render: (_, n) => <StatusTag tone={noticeTone[n.state]}>{t(`notice.states.${n.state}`)}</StatusTag> },
          ]}
        />
      </Card>
      <h2>{t('drill.scorecard')}</h2>
      <Board figures={x.statistics} />
    </div>
  )
}
