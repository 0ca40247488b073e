import { useQuery } from '@tanstack/react-query'
import { Alert, Card } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { api, Loading, PageHeader, read, useChange, useText } from '../../kernel'
import { noticeKey, type NoticeDetail, type Written } from './noticeData'
import { NoticeForm } from './NoticeForm'
import { useNoticeTexts } from './noticeTexts'

/** Writes a notice; with ?drill= one of a drill. */
export default function NoticeNew() {
  const t = useNoticeTexts()
  const text = useText()
  const go = useNavigate()
  const [params] = useSearchParams()
  const drill = params.get('drill') ?? ''
  const { data } = useQuery({ queryKey: [...noticeKey, 'drill', drill], queryFn: () => read(api.GET('/api/security/drills/{id}', { params: { path: { id: drill } } })), enabled: drill !== '' })
  const write = useChange<Written, NoticeDetail>({
    run: (body) => read(api.POST('/api/security/notices', { body: { ...body, ...(drill ? { drill } : {}) } })), refresh: [noticeKey], done: t('notice.saved'), quiet: true, after: (n) => void go(`/security/notices/${n.id}`),
  })
  const players = data?.players.map((p) => ({ value: p.id, label: text(p.name) }))
  return (
    <div className="lh-stack">
      <PageHeader title={drill ? t('drill.write') : t('notice.write')} />
      {data && <Alert type="warning" showIcon title={t('notice.drillNote', { title: data.title })} description={data.pace > 1 ? t('notice.drillPace', { n: data.pace }) : undefined} />}
      {drill && !data ? <Loading /> : <Card><NoticeForm {...(players ? { players } : {})} submit={(v) => write.mutateAsync(v)} cancel={() => void go(-1)} /></Card>}
    </div>
  )
}
