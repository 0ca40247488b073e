import { UploadOutlined } from '@ant-design/icons'
import { Button, Upload } from 'antd'
import { useContext, useState, type ReactNode } from 'react'
import { request } from '../client'
import { problemText } from '../language'
import { Awaited } from './awaited'

interface Props<T> {
  /** Where the file goes to, as the body of a POST. */
  to: string
  /** Parameters of the address beside the name of the file. */
  query?: Record<string, string>
  label: string
  /** What the button says to who cannot see where it stands. */
  hint?: string
  icon?: ReactNode
  /** As large as those beside it; small by default. */
  size?: 'small' | 'middle'
  /** Takes what the server answered. */
  took: (file: T) => unknown
  disabled?: boolean
}

/** Uploads a file as soon as it is chosen, and hands on what was taken. A form around it is not sent before. */
export function UploadButton<T>({ to, query = {}, label, hint, icon = <UploadOutlined />, size = 'small', took, disabled = false }: Props<T>) {
  const awaited = useContext(Awaited)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const send = async (file: File) => {
    setBusy(true)
    setProblem(null)
    try {
      const address = `${to}?${new URLSearchParams({ ...query, name: file.name })}`
      await awaited(request<T>(address, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }).then(took))
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Upload showUploadList={false} disabled={busy || disabled} beforeUpload={(file) => { void send(file); return false }}>
        <Button size={size} icon={icon} loading={busy} disabled={disabled} {...(hint ? { 'aria-label': hint } : {})}>{label}</Button>
      </Upload>
      {problem !== null && <p role="alert" className="lh-error">{problemText(problem)}</p>}
    </>
  )
}
