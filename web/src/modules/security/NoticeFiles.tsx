import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Upload } from 'antd'
import { useState } from 'react'
import { Problem, problemText, request } from '../../kernel'
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

/** Uploads a file, and hands on what was taken. */
export function UploadButton({ to, label, took }: { to: string; label: string; took: (file: NoticeFile) => void }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const send = async (file: File) => {
    setBusy(true)
    setProblem(null)
    try {
      took(await request<NoticeFile>(`${to}?${new URLSearchParams({ name: file.name })}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }))
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Upload showUploadList={false} disabled={busy} beforeUpload={(file) => { void send(file); return false }}><Button size="small" icon={<UploadOutlined />} loading={busy}>{label}</Button></Upload>
      {problem !== null && <p role="alert" className="lh-error">{problemText(problem)}</p>}
    </>
  )
}
