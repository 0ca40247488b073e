import { Button, Checkbox, DatePicker, Drawer, Form, Input, Radio } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, Confirm, EntityForm, ifMatch, read, UploadButton, useChange } from '../../kernel'
import { noticeKey, type AssignmentDetail, type NoticeFile } from './noticeData'
import { NoticeFiles } from './NoticeFiles'
import { useNoticeTexts } from './noticeTexts'

type Open = 'assess' | 'feed_back' | 'ask' | null

/** What the reader may do with an assignment now: the addressee answers, the city decides. */
export function NoticeAnswer({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const at = { params: { path: { id: a.id }, header: ifMatch(a.version) } }
  const act = (run: () => Promise<unknown>, done: Parameters<typeof t>[0]) => ({ run, refresh: [noticeKey], done: t(done), quiet: true, after: () => setReason('') })
  const acknowledge = useChange(act(() => read(api.POST('/api/security/assignments/{id}/acknowledgement', at)), 'assignment.done.acknowledged'))
  const note = useChange(act(() => read(api.POST('/api/security/assignments/{id}/note', at)), 'assignment.done.noted'))
  const dispute = useChange(act(() => read(api.POST('/api/security/assignments/{id}/dispute', { ...at, body: { reason } })), 'assignment.done.disputed'))
  const urge = useChange(act(() => read(api.POST('/api/security/assignments/{id}/urging', { ...at, body: { reason } })), 'assignment.done.urged'))
  const close = useChange(act(() => read(api.POST('/api/security/assignments/{id}/closing', at)), 'assignment.done.decided'))
  const decided = { refresh: [noticeKey], done: t('assignment.done.decided'), quiet: true, after: () => setReason('') }
  const answer = useChange({ run: (granted: boolean) => read(api.POST('/api/security/assignments/{id}/extension/decision', { ...at, body: { granted, reason } })), ...decided })
  const settle = useChange({ run: (released: boolean) => read(api.POST('/api/security/assignments/{id}/dispute/decision', { ...at, body: { released, reason } })), ...decided })
  const verify = useChange({ run: (accepted: boolean) => read(api.POST('/api/security/assignments/{id}/verification', { ...at, body: { accepted, reason } })), ...decided })
  const may = (name: string) => a.acts.includes(name)
  const why = <Input.TextArea aria-label={t('notice.field.reason')} placeholder={t('notice.field.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
  const asks = (name: string, title: Parameters<typeof t>[0], run: () => Promise<unknown>, note?: Parameters<typeof t>[0]) =>
    may(name) && <Confirm title={t(title)} note={note && <p>{t(note)}</p>} label={t(title)} danger={false} disabled={reason.trim() === ''} run={run}>{why}</Confirm>
  const plain = (name: string, title: Parameters<typeof t>[0], run: () => Promise<unknown>, note?: Parameters<typeof t>[0]) =>
    may(name) && <Confirm title={t(title)} note={note && <p>{t(note)}</p>} label={t(title)} danger={false} button={{ type: 'primary' }} run={run} />
  return (
    <>
      {plain('acknowledge', 'assignment.acts.acknowledge', () => acknowledge.mutateAsync(), 'assignment.acknowledgeNote')}
      {plain('note', 'assignment.acts.note', () => note.mutateAsync())}
      {may('assess') && <Button {...(a.assessment ? {} : { type: 'primary' as const })} onClick={() => setOpen('assess')}>{t('assignment.acts.assess')}</Button>}
      {may('feed_back') && <Button type="primary" onClick={() => setOpen('feed_back')}>{t('assignment.acts.feedBack')}</Button>}
      {may('ask') && <Button onClick={() => setOpen('ask')}>{t('assignment.acts.ask')}</Button>}
      {asks('dispute', 'assignment.acts.dispute', () => dispute.mutateAsync(), 'assignment.disputeNote')}
      {plain('verify', 'assignment.acts.accept', () => verify.mutateAsync(true))}
      {asks('verify', 'assignment.acts.sendBack', () => verify.mutateAsync(false))}
      {plain('answer', 'assignment.acts.grant', () => answer.mutateAsync(true))}
      {asks('answer', 'assignment.acts.refuse', () => answer.mutateAsync(false))}
      {asks('settle', 'assignment.acts.release', () => settle.mutateAsync(true))}
      {asks('settle', 'assignment.acts.keep', () => settle.mutateAsync(false))}
      {asks('urge', 'assignment.acts.urge', () => urge.mutateAsync())}
      {plain('close', 'assignment.acts.close', () => close.mutateAsync())}
      <Forms assignment={a} open={open} close={() => setOpen(null)} />
    </>
  )
}

/** The addressee's forms behind the buttons. */
function Forms({ assignment: a, open, close }: { assignment: AssignmentDetail; open: Open; close: () => void }) {
  const t = useNoticeTexts()
  const title = { assess: 'assignment.acts.assess', feed_back: 'assignment.acts.feedBack', ask: 'assignment.acts.ask' } as const
  return (
    <Drawer title={open ? t(title[open]) : ''} open={open !== null} onClose={close} size="large" destroyOnHidden>
      {open === 'assess' && <Assess assignment={a} close={close} />}
      {open === 'feed_back' && <FeedBack assignment={a} close={close} />}
      {open === 'ask' && <Ask assignment={a} close={close} />}
    </Drawer>
  )
}

interface Props { assignment: AssignmentDetail; close: () => void }
type Assessment = 'affected' | 'not_affected' | 'unknown'

function Assess({ assignment: a, close }: Props) {
  const t = useNoticeTexts()
  const assess = useChange({ run: (body: { assessment: Assessment; reason: string }) => read(api.POST('/api/security/assignments/{id}/assessment', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body })), refresh: [noticeKey], done: t('assignment.done.assessed'), quiet: true, after: close })
  return (
    <EntityForm<{ assessment: Assessment; reason: string }> initial={{ assessment: 'affected' }} submitLabel={t('assignment.acts.assess')} cancel={close} submit={(v) => assess.mutateAsync(v)}>
      <p className="lh-muted">{t('assignment.notAffectedNote')}</p>
      <Form.Item name="assessment" label={t('assignment.field.assessment')}><Radio.Group options={(['affected', 'not_affected', 'unknown'] as const).map((x) => ({ value: x, label: t(`assignment.assessments.${x}`) }))} /></Form.Item>
      <Form.Item name="reason" label={t('assignment.field.why')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('assignment.field.why') }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
    </EntityForm>
  )
}

function FeedBack({ assignment: a, close }: Props) {
  const t = useNoticeTexts()
  const [files, setFiles] = useState<NoticeFile[]>([])
  const send = useChange({
    run: (v: { measures: string; residual: string; done: boolean }) => read(api.POST('/api/security/assignments/{id}/feedback', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { ...v, files: files.map((f) => f.id) } })),
    refresh: [noticeKey], done: t('assignment.done.fedBack'), quiet: true, after: close,
  })
  return (
    <EntityForm<{ measures: string; residual?: string; done?: boolean }> initial={{ residual: '', done: false }} submitLabel={t('assignment.acts.feedBack')} cancel={close} submit={(v) => send.mutateAsync({ measures: v.measures, residual: v.residual ?? '', done: v.done ?? false })}>
      <Form.Item name="measures" label={t('assignment.field.measures')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('assignment.field.measures') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 3 }} /></Form.Item>
      <Form.Item name="residual" label={t('assignment.field.residual')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
      <Form.Item label={t('notice.field.files')}>
        <NoticeFiles files={files} remove={(id) => setFiles(files.filter((f) => f.id !== id))} />
        <UploadButton<NoticeFile> to={`/api/security/assignments/${a.id}/files`} label={t('notice.evidence')} took={(f) => setFiles((old) => [...old, f])} />
      </Form.Item>
      <Form.Item name="done" valuePropName="checked"><Checkbox>{t('assignment.field.done')}</Checkbox></Form.Item>
    </EntityForm>
  )
}

type Obligation = 'notice.feedback' | 'notice.handle'

function Ask({ assignment: a, close }: Props) {
  const t = useNoticeTexts()
  const running = a.clocks.filter((c) => c.state === 'running' && !c.legal && (c.obligation === 'notice.feedback' || c.obligation === 'notice.handle'))
  const ask = useChange({
    run: (v: { obligation: Obligation; until: Dayjs; reason: string }) => read(api.POST('/api/security/assignments/{id}/extension', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { ...v, until: v.until.toISOString() } })),
    refresh: [noticeKey], done: t('assignment.done.asked'), quiet: true, after: close,
  })
  const last = running.at(-1)
  return (
    <EntityForm<{ obligation: Obligation; until: Dayjs; reason: string }> initial={{ obligation: (last?.obligation ?? 'notice.handle') as Obligation, until: dayjs(last?.due_at).add(1, 'day') }} submitLabel={t('assignment.acts.ask')} cancel={close} submit={(v) => ask.mutateAsync(v)}>
      <Form.Item name="obligation" label={t('assignment.field.obligation')}><Radio.Group options={running.map((c) => ({ value: c.obligation, label: t(`assignment.obligations.${c.obligation === 'notice.feedback' ? 'feedback' : 'handle'}`) }))} /></Form.Item>
      <Form.Item name="until" label={t('assignment.field.until')}><DatePicker showTime allowClear={false} style={{ width: '100%' }} /></Form.Item>
      <Form.Item name="reason" label={t('notice.field.reason')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('notice.field.reason') }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
    </EntityForm>
  )
}
