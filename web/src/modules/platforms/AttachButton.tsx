import { UploadOutlined } from '@ant-design/icons'
import { Button, Upload } from 'antd'
import { useState } from 'react'
import { Problem, problemText, request } from '../../kernel'
import { usePlatformTexts } from './texts'

interface Props<T> {
  to: string
  /** Parameters beside the name of the file. */
  query?: Record<string, string>
  /** What the button says; by default that it is for evidence. */
  label?: string
  took: (file: T) => void
  disabled?: boolean
}

/** Uploads a file of evidence to an address, and hands on what was taken. */
export function AttachButton<T>({ to, query = {}, label, took, disabled = false }: Props<T>) {
  const t = usePlatformTexts()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const send = async (file: File) => {
    setBusy(true)
    setProblem(null)
    try {
      took(await request<T>(`${to}?${new URLSearchParams({ ...query, name: file.name })}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }))
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Upload showUploadList={false} disabled={busy || disabled} beforeUpload={(file) => { void send(file); return false }}>
        <Button size="small" icon={<UploadOutlined />} loading={busy} disabled={disabled}>{label ?? t('foster.attach')}</Button>
      </Upload>
      {problem !== null && <p role="alert" className="lh-error">{problemText(problem)}</p>}
    </>
  )
}
