import { PaperClipOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { NoticeFile } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** Links to files of a notice, or of an assignment. */
export function NoticeFiles({ files, remove }: { files: NoticeFile[]; remove?: (id: string) => void }) {
  const t = useNoticeTexts()
  return (
    <ul className="lh-notice-files">
      {files.map((x) => (
        <li key={x.id}>
          <a href={`/api/security/notice-files/${x.id}`} download title={`SHA-256 ${x.sha256}`}><PaperClipOutlined /> {x.name}</a>
          {remove && <Button type="text" size="small" onClick={() => remove(x.id)} aria-label={t('notice.detach', { name: x.name })}>{t('notice.remove')}</Button>}
        </li>
      ))}
    </ul>
  )
}
