import { DownloadOutlined } from '@ant-design/icons'
import { Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { Confirm, EntityForm, useChange, useLanguage } from '../../kernel'
import { usePlatformTexts } from './texts'

/** Downloads, publishes or withdraws what was computed: a ranking or an index. */
export function RunActions({ list, title, may, refresh, move: run }: {
  /** Its rows in the API. */
  list: `/api/${string}`
  /** Asks whether to publish it. */
  title: string
  may: string[]
  refresh: unknown[]
  move: (body: { to: 'published' | 'withdrawn'; reason?: string }) => Promise<unknown>
}) {
  const t = usePlatformTexts()
  const language = useLanguage()
  const [withdrawing, withdraw] = useState(false)
  const move = useChange({ run, refresh: [refresh], done: t('page.moved'), after: () => withdraw(false), quiet: true })
  return (
    <>
      <Button icon={<DownloadOutlined />} href={`${list}?export=xlsx&lang=${language}`}>{t('ranking.download')}</Button>
      {may.includes('published') && <Confirm title={title} note={t('ranking.publishNote')} label={t('ranking.publish')} run={() => move.mutateAsync({ to: 'published' })} button={{ type: 'primary' }} />}
      {may.includes('withdrawn') && <Button onClick={() => withdraw(true)}>{t('ranking.withdraw')}</Button>}
      <Modal open={withdrawing} onCancel={() => withdraw(false)} title={t('ranking.withdraw')} footer={null} destroyOnHidden>
        <EntityForm<{ reason: string }> submit={(v) => move.mutateAsync({ to: 'withdrawn', reason: v.reason })} submitLabel={t('ranking.withdraw')} cancel={() => withdraw(false)} name="withdraw">
          <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }]}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
