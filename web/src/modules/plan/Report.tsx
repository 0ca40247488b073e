import { InboxOutlined } from '@ant-design/icons'
import { Alert, Button, DatePicker, Drawer, Flex, Form, Input, InputNumber, Upload } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, EntityForm, problemText, read, request, useChange, useText } from '../../kernel'
import { roomKey, type Evidence, type TargetDetail } from './data'
import { usePlanTexts } from './texts'

interface Values {
  value: number
  valid_at: Dayjs
  note?: string
}

/** Reports a value with its evidence; others review and approve it. */
export function Report({ target, open, close }: { target: TargetDetail; open: boolean; close: () => void }) {
  const t = usePlanTexts()
  const text = useText()
  const [files, setFiles] = useState<Evidence[]>([])
  const report = useChange({
    run: (v: Values) => {
      const body = { value: v.value, valid_at: v.valid_at.toISOString(), note: v.note?.trim() ?? '', evidence: files.map((e) => e.id) }
      return read(api.POST('/api/plan/targets/{id}/values', { params: { path: { id: target.id } }, body }))
    },
    refresh: [roomKey],
    done: t('report.done'),
    after: () => {
      setFiles([])
      close()
    },
    quiet: true,
  })
  return (
    <Drawer open={open} onClose={close} size={560} title={t('report.title')} destroyOnHidden>
      <Alert type="info" showIcon title={t('report.flow')} className="lh-form-problem" />
      <EntityForm<Values> initial={{ valid_at: dayjs() }} submit={(v) => report.mutateAsync(v)} submitLabel={t('report.submit')} cancel={close}>
        <div className="lh-pair">
          <Form.Item name="value" label={t('report.valueOf', { title: text(target.title), unit: text(target.unit) })} rules={[{ required: true, message: t('report.valueMissing') }]}>
            <InputNumber style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="valid_at" label={t('field.validAt')} rules={[{ required: true, message: t('report.dateMissing') }]}>
            <DatePicker showTime style={{ width: '100%' }} />
          </Form.Item>
        </div>
        <Form.Item name="note" label={t('field.note')} extra={t('report.note')} rules={[{ validator: async (_, v?: string) => { if (!v?.trim() && files.length === 0) throw new Error(t('report.need')) } }]}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
        </Form.Item>
        <Files files={files} change={setFiles} />
      </EntityForm>
    </Drawer>
  )
}

function Files({ files, change }: { files: Evidence[]; change: (files: Evidence[]) => void }) {
  const t = usePlanTexts()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const upload = async (file: File) => {
    setBusy(true)
    setProblem('')
    try {
      const path = `/api/plan/evidence?name=${encodeURIComponent(file.name)}`
      change([...files, await request<Evidence>(path, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } })])
    } catch (error) {
      setProblem(problemText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form.Item label={t('field.evidence')} {...(problem ? { validateStatus: 'error' as const, help: problem } : {})}>
      <Upload.Dragger maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(file) => { void upload(file); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop">
          <InboxOutlined className="lh-drop-icon" />
          <span>{busy ? t('report.uploading') : t('report.drop')}</span>
        </Flex>
      </Upload.Dragger>
      <ul className="lh-rows">
        {files.map((e) => (
          <li key={e.id} className="lh-row">
            <span>{e.name}</span>
            <Button size="small" type="text" aria-label={t('report.removeFile', { name: e.name })} onClick={() => change(files.filter((x) => x.id !== e.id))}>✕</Button>
          </li>
        ))}
      </ul>
    </Form.Item>
  )
}
