import { DownloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Dropdown, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, read, type Schema } from '../client'
import { useFormat } from '../format'
import { problemText, useKernelTexts } from '../language'
import { useExportAlone } from '../session'
import { Failure } from './Failure'
import { Loading } from './Loading'
import { StatusTag, type Tone } from './StatusTag'
import { exportForms, type ExportForm } from './list'
import { useChange } from './useChange'

/** A download that a second person has to approve. */
export type ExportRequest = Schema<'ExportLargeExport'>

/** The cache key of what one asked to download. */
export const ownExportsKey = ['my-exports']

export const exportTones: Record<ExportRequest['state'], Tone> = { open: 'warn', approved: 'good', returned: 'bad', withdrawn: 'idle', used: 'idle', expired: 'idle' }

/** Downloads a list; what is more than one person takes away alone asks for a second one first. */
export function ExportButton({ address, total }: { address: (form: ExportForm) => string; total: number | undefined }) {
  const t = useKernelTexts()
  const alone = useExportAlone()
  const [wanted, setWanted] = useState<ExportForm | null>(null)
  const large = alone > 0 && (total ?? 0) > alone
  const words = (form: ExportForm) => t(form === 'csv' ? 'action.exportCSV' : 'action.exportXLSX')
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: exportForms.map((form) => large
            ? { key: form, label: words(form), onClick: () => setWanted(form) }
            : { key: form, label: <a href={address(form)} download>{words(form)}</a> }),
        }}
      >
        <Button icon={<DownloadOutlined />}>{t('action.export')}</Button>
      </Dropdown>
      <Modal open={wanted !== null} title={t('exporting.title')} footer={null} onCancel={() => setWanted(null)} destroyOnHidden>
        {wanted && <Asking address={address(wanted)} rows={total ?? 0} limit={alone} close={() => setWanted(null)} />}
      </Modal>
    </>
  )
}

/** Where the download stands: to be asked for, waiting, or there to be taken once. */
function Asking({ address, rows, limit, close }: { address: string; rows: number; limit: number; close: () => void }) {
  const t = useKernelTexts()
  const f = useFormat()
  const [form] = Form.useForm<{ reason: string }>()
  const newest = useQuery({
    queryKey: [...ownExportsKey, address],
    queryFn: () => read(api.GET('/api/system/my-exports', { params: { query: { address, limit: 1 } } })),
    gcTime: 0,
  })
  const ask = useChange({
    run: ({ reason }: { reason: string }) => read(api.POST('/api/system/exports', { body: { path: address, reason } })),
    refresh: [ownExportsKey], quiet: true,
  })
  if (newest.error) return <Failure problem={newest.error} retry={() => void newest.refetch()} />
  if (!newest.data) return <Loading />
  const r = newest.data.items[0]
  const waits = r?.state === 'open' || r?.state === 'approved'
  return (
    <div className="lh-stack">
      <p>{t('exporting.why', { rows: f.number(rows), limit: f.number(limit) })}</p>
      {r && <p><StatusTag tone={exportTones[r.state]}>{t(`exporting.state.${r.state}`)}</StatusTag> {t(`exporting.says.${r.state}`, { until: f.time(r.expires_at), name: r.decided_by_name, answer: r.answer })}</p>}
      {r?.state === 'approved' && <span><Button type="primary" icon={<DownloadOutlined />} href={address} download onClick={close}>{t('exporting.take')}</Button></span>}
      {!waits && (
        <Form<{ reason: string }> form={form} layout="vertical" className="lh-form" requiredMark={false} initialValues={{ reason: '' }} onFinish={(v) => ask.mutate(v)}>
          <Form.Item name="reason" label={t('exporting.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('exporting.reason') }) }]}>
            <Input.TextArea rows={3} maxLength={500} />
          </Form.Item>
          {ask.error && <p role="alert" className="lh-error">{problemText(ask.error)}</p>}
          <Button htmlType="submit" type="primary" loading={ask.isPending}>{t('exporting.ask')}</Button>
        </Form>
      )}
      <Link to="/system/my-exports" onClick={close}>{t('exporting.mine')}</Link>
    </div>
  )
}
