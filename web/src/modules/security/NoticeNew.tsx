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

/** Writes a notice; with ?drill= one of a drill, with ?origin= one that passes on what an upper level told. */
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
  const write = useChange<Written, NoticeDetail>({
    run: (body) => read(api.POST('/api/security/notices', { body: { ...body, ...(drill ? { drill } : {}), ...(origin ? { origin } : {}) } })), refresh: [noticeKey, receivedKey], done: t('notice.saved'), quiet: true, after: (n) => void go(`/security/notices/${n.id}`),
  })
  const players = data?.players.map((p) => ({ value: p.id, label: text(p.name) }))
  return (
    <div className="lh-stack">
      <PageHeader title={drill ? t('drill.write') : t('notice.write')} />
      {data && <Alert type="warning" showIcon title={t('notice.drillNote', { title: data.title })} description={data.pace > 1 ? t('notice.drillPace', { n: data.pace }) : undefined} />}
      {above && <Alert type="info" showIcon title={words('received.passing', { source: above.source, number: above.number, mark: above.mark })} description={words('received.passingNote')} />}
      {(drill && !data) || (origin && !above) ? <Loading /> : <Card><NoticeForm {...(players ? { players } : {})} {...(above ? { initial: after(above, players?.map((p) => p.value) ?? []) } : {})} submit={(v) => write.mutateAsync(v)} cancel={() => void go(-1)} /></Card>}
    </div>
  )
}
