import { useQuery } from '@tanstack/react-query'
import { Alert, Card } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { api, Loading, PageHeader, read, useChange, useText } from '../../kernel'
import { noticeKey, type NoticeDetail, type Written } from './noticeData'
import { NoticeForm } from './NoticeForm'
import { useNoticeTexts } from './noticeTexts'
import { receivedKey, type ReceivedDetail } from './receivedTexts'
import { useUpwardTexts } from './upwardTexts'

/** What a notice begins with that passes one of an upper level on. */
function after(o: ReceivedDetail, players: string[]): Written {
  return {
    kind: o.kind, colour: o.colour, title: o.title.slice(0, 120), body: o.body.slice(0, 20000), ask: '', level: o.level > 0 ? o.level : 3, category: o.category || 'hazard', tlp: o.tlp,
    audience: { all: false, districts: [], organisations: players },
  }
}

/** What a notice begins with that is written because of an incident: nothing of what the enterprise told. */
function because(i: { level: number; proposed: number; category: string }, players: string[]): Written {
  return { kind: 'notice', colour: '', title: '', body: '', ask: '', level: i.level || i.proposed || 3, category: i.category, tlp: 'amber', audience: { all: false, districts: [], organisations: players } }
}

/** Writes a notice; with ?drill= one of a drill, with ?origin= one that passes on what an upper level told, with ?incident= one because of an incident. */
export default function NoticeNew() {
  const t = useNoticeTexts()
  const words = useUpwardTexts()
  const text = useText()
  const go = useNavigate()
  const [params] = useSearchParams()
  const drill = params.get('drill') ?? ''
  const { data } = useQuery({ queryKey: [...noticeKey, 'drill', drill], queryFn: () => read(api.GET('/api/security/drills/{id}', { params: { path: { id: drill } } })), enabled: drill !== '' })
  const origin = params.get('origin') ?? ''
  const { data: above } = useQuery({ queryKey: [...receivedKey, 'one', origin], queryFn: () => read(api.GET('/api/security/received-notices/{id}', { params: { path: { id: origin } } })), enabled: origin !== '' })
  const incident = params.get('incident') ?? ''
  const { data: cause } = useQuery({ queryKey: ['security', 'incidents', 'cause', incident], queryFn: () => read(api.GET('/api/security/incidents/{id}', { params: { path: { id: incident } } })), enabled: incident !== '' })
  const write = useChange<Written, NoticeDetail>({
    run: (body) => read(api.POST('/api/security/notices', { body: { ...body, ...(drill ? { drill } : {}), ...(origin ? { origin } : {}), ...(incident ? { incident } : {}), ...(cause?.synthetic ? { synthetic: true } : {}) } })), refresh: [noticeKey, receivedKey], done: t('notice.saved'), quiet: true, after: (n) => void go(`/security/notices/${n.id}`),
  })
  const players = data?.players.map((p) => ({ value: p.id, label: text(p.name) }))
  const chosen = players?.map((p) => p.value) ?? []
  const initial = above ? after(above, chosen) : cause && because(cause, chosen)
  return (
    <div className="lh-stack">
      <PageHeader title={drill ? t('drill.write') : t('notice.write')} />
      {data && <Alert type="warning" showIcon title={t('notice.drillNote', { title: data.title })} description={data.pace > 1 ? t('notice.drillPace', { n: data.pace }) : undefined} />}
      {above && <Alert type="info" showIcon title={words('received.passing', { source: above.source, number: above.number, mark: above.mark })} description={words('received.passingNote')} />}
      {cause && <Alert type="info" showIcon title={t('notice.because.of', { number: cause.number, title: cause.title })} description={t('notice.because.note')} />}
      {(drill && !data) || (origin && !above) || (incident && !cause) ? <Loading /> : <Card><NoticeForm {...(players ? { players } : {})} {...(initial ? { initial } : {})} submit={(v) => write.mutateAsync(v)} cancel={() => void go(-1)} /></Card>}
    </div>
  )
}
