import { PageHeader, useLive } from '../../kernel'
import { NoticeAddressees } from './NoticeAddressees'
import { noticeKey } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** The notices that one's own organisation has received. */
export default function NoticeAssignments() {
  const t = useNoticeTexts()
  useLive('security.notices', noticeKey)
  return (
    <div className="lh-stack">
      <PageHeader title={t('assignment.title')} note={t('assignment.note')} />
      <NoticeAddressees />
    </div>
  )
}
