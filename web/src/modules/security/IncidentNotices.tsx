import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { Link } from 'react-router'
import { api, read, StatusTag, useMay } from '../../kernel'
import type { Detail } from './incidentData'
import { noticeKey, noticeTone } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** What the city told others because of an incident, and the way to tell more. */
export function Notices({ incident: i }: { incident: Detail }) {
  const t = useNoticeTexts()
  const may = useMay()
  const { data } = useQuery({ queryKey: [...noticeKey, 'because', i.id], queryFn: () => read(api.GET('/api/security/notices', { params: { query: { incident: i.id, drill: 'all', limit: 20 } } })) })
  const over = i.state === 'rejected' || i.state === 'merged'
  return (
    <Card size="small" title={t('notice.because.title')} extra={may('security.notice.write') && !over && <Link to={`/security/notices/new?incident=${i.id}${i.drill ? `&drill=${i.drill}` : ''}`}>{t('notice.because.write')}</Link>}>
      <div className="lh-stack">
        {data?.items.map((n) => (
          <div key={n.id} className="lh-two lh-wrap"><Link to={`/security/notices/${n.id}`}>{n.number || t('notice.states.draft')} {n.title}</Link><StatusTag tone={noticeTone[n.state]}>{t(`notice.states.${n.state}`)}</StatusTag></div>
        ))}
        {data?.items.length === 0 && <span className="lh-muted">{t('notice.because.none')}</span>}
      </div>
    </Card>
  )
}
