import { PaperClipOutlined } from '@ant-design/icons'
import { Drawer, Form, Input, InputNumber, Select } from 'antd'
import { api, EntityForm, read, UploadButton, useChange, useText } from '../../kernel'
import { outputKey, useOwnPlatforms, type OutputDetail, type OutputFile } from './outputs'
import { usePlatformTexts } from './texts'

interface Values { platform: string; uscc: string; enterprise: string; year: number; amount: number; project: string; basis: string; file: OutputFile; reason?: string }

/** Reports a figure, or corrects one by a further revision. */
export function OutputForm({ open, close, before }: { open: boolean; close: () => void; before?: OutputDetail }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Values>()
  const platform = Form.useWatch('platform', form)
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const save = useChange({
    run: (v: Values) => read(api.POST('/api/platforms/{id}/output/figures', {
      params: { path: { id: v.platform } }, body: { uscc: v.uscc, enterprise: v.enterprise, year: v.year, amount: v.amount, project: v.project, basis: v.basis, file_id: v.file.id, reason: v.reason ?? '' },
    })),
    refresh: [outputKey], done: t('output.sent'), after: close, quiet: true,
  })
  const initial = before
    ? { platform: before.platform_id, uscc: before.uscc, enterprise: before.enterprise, year: before.year, amount: before.amount, project: before.project, basis: before.basis }
    : { year: new Date().getFullYear() - 1 }
  return (
    <Drawer open={open} onClose={close} size={560} title={t(before ? 'output.correct' : 'output.report')} destroyOnHidden>
      <EntityForm<Values> form={form} name="output" initial={initial} submit={(v) => save.mutateAsync(v)} submitLabel={t('output.send')} cancel={close}>
        <p className="lh-note">{t('output.formNote')}</p>
        <Form.Item name="platform" label={t('page.title')} rules={need(t('page.title'))}><PlatformChoice open={open} disabled={before !== undefined} /></Form.Item>
        <Form.Item name="uscc" label={t('output.uscc')} rules={need(t('output.uscc'))}><Input maxLength={18} disabled={before !== undefined} /></Form.Item>
        <Form.Item name="enterprise" label={t('output.enterprise')} rules={need(t('output.enterprise'))}><Input maxLength={200} /></Form.Item>
        <div className="lh-pair">
          <Form.Item name="year" label={t('foster.yearLabel')} rules={need(t('foster.yearLabel'))}><InputNumber min={2000} max={new Date().getFullYear()} precision={0} disabled={before !== undefined} style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="amount" label={t('output.amount')} rules={need(t('output.amount'))} {...(before ? { extra: t('output.zeroNote') } : {})}><InputNumber min={0} max={100_000_000} style={{ width: '100%' }} /></Form.Item>
        </div>
        <Form.Item name="project" label={t('output.project')} extra={t('output.projectNote')} rules={need(t('output.project'))}><Input maxLength={200} /></Form.Item>
        <Form.Item name="basis" label={t('output.basis')} extra={t('output.basisNote')} rules={need(t('output.basis'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
        <Form.Item name="file" label={t('output.evidence')} rules={need(t('output.evidence'))}><Evidence platform={platform} /></Form.Item>
        {before?.state === 'accepted' && <Form.Item name="reason" label={t('output.reason')} rules={need(t('output.reason'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>}
      </EntityForm>
    </Drawer>
  )
}

/** Chooses one of the platforms that the caller may report for. */
export function PlatformChoice({ open, ...rest }: { open: boolean; disabled?: boolean; value?: string; onChange?: (id: string) => void; id?: string }) {
  const text = useText()
  const platforms = useOwnPlatforms(open)
  return <Select {...rest} showSearch={{ optionFilterProp: 'label' }} loading={platforms.isPending} options={(platforms.data?.items ?? []).map((p) => ({ value: p.id, label: text(p.name) }))} />
}

/** Uploads the evidence for figures of a platform. */
export function Evidence({ platform, value, onChange, id }: { platform: string | undefined; value?: OutputFile; onChange?: (file: OutputFile) => void; id?: string }) {
  const t = usePlatformTexts()
  return (
    <div id={id} aria-live="polite">
      <UploadButton<OutputFile> label={t('foster.attach')} to={`/api/platforms/${platform}/output/files`} took={(file) => onChange?.(file)} disabled={!platform} />
      {value && <div><PaperClipOutlined /> {value.name}</div>}
    </div>
  )
}
