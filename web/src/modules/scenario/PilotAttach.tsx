import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Upload } from 'antd'
import { useState } from 'react'
import { Problem, problemText, request } from '../../kernel'
import type { EvidenceFile } from './pilots'
import { useScenarioTexts } from './texts'

/** Links to files of an application. */
export function Files({ files, remove }: { files: EvidenceFile[]; remove?: (id: string) => void }) {
  const t = useScenarioTexts()
  return (
    <ul className="lh-pilot-files">
      {files.map((x) => (
        <li key={x.id}>
          <a href={`/api/scenario/pilot/files/${x.id}`} download title={`SHA-256 ${x.sha256}`}><PaperClipOutlined /> {x.name}</a>
          {remove && <Button type="text" size="small" onClick={() => remove(x.id)} aria-label={t('pilot.detach', { name: x.name })}>{t('pilot.remove')}</Button>}
        </li>
      ))}
    </ul>
  )
}

/** Uploads a file for a part of an application, and hands on what was taken. */
export function AttachButton({ application, part, took }: { application: string; part: EvidenceFile['part']; took: (file: EvidenceFile) => void }) {
  const t = useScenarioTexts()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const send = async (file: File) => {
    setBusy(true)
    setProblem(null)
    try {
      took(await request<EvidenceFile>(`/api/scenario/pilot/applications/${application}/files?${new URLSearchParams({ part, name: file.name })}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }))
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Upload showUploadList={false} disabled={busy} beforeUpload={(file) => { void send(file); return false }}><Button size="small" icon={<UploadOutlined />} loading={busy}>{t('pilot.attach')}</Button></Upload>
      {problem !== null && <p role="alert" className="lh-error">{problemText(problem)}</p>}
    </>
  )
}
