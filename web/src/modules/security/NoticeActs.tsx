import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EntityForm, ifMatch, read, useChange, useFormat, useText } from '../../kernel'
import { levels, noticeKey, tlps, type NoticeDetail, type Written } from './noticeData'
import { NoticeForm } from './NoticeForm'
import { useNoticeTexts } from './noticeTexts'

type Open = 'edit' | 'revise' | 'relevel' | 'remark' | 'review' | null

/** What the reader may do with a notice now. */
export function NoticeActs({ notice: n }: { notice: NoticeDetail }) {
  const t = useNoticeTexts()
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const at = { params: { path: { id: n.id }, header: ifMatch(n.version) } }
  const act = (run: () => Promise<unknown>, done: Parameters<typeof t>[0]) => ({ run, refresh: [noticeKey], done: t(done), quiet: true, after: () => setReason('') })
  const submit = useChange(act(() => read(api.POST('/api/security/notices/{id}/submission', at)), 'notice.done.submitted'))
  const giveBack = useChange(act(() => read(api.POST('/api/security/notices/{id}/return', { ...at, body: { reason } })), 'notice.done.returned'))
  const sign = useChange(act(() => read(api.POST('/api/security/notices/{id}/signature', at)), 'notice.done.signed'))
  const issue = useChange(act(() => read(api.POST('/api/security/notices/{id}/issue', at)), 'notice.done.issued'))
  const deliver = useChange(act(() => read(api.POST('/api/security/notices/{id}/delivery', at)), 'notice.done.delivered'))
  const lift = useChange(act(() => read(api.POST('/api/security/notices/{id}/lifting', { ...at, body: { reason } })), 'notice.done.lifted'))
  const withdraw = useChange(act(() => read(api.POST('/api/security/notices/{id}/withdrawal', { ...at, body: { reason } })), 'notice.done.withdrawn'))
  const close = useChange(act(() => read(api.POST('/api/security/notices/{id}/closing', { ...at, body: { reason } })), 'notice.done.closed'))
  const signRevision = useChange(act(() => read(api.POST('/api/security/notices/{id}/revision/signature', at)), 'notice.done.signed'))
  const refuseRevision = useChange(act(() => read(api.POST('/api/security/notices/{id}/revision/refusal', { ...at, body: { reason } })), 'notice.done.refused'))
  const may = (name: string) => n.acts.includes(name)
  const why = <Input.TextArea aria-label={t('notice.field.reason')} placeholder={t('notice.field.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
  const asks = (name: string, title: Parameters<typeof t>[0], note: Parameters<typeof t>[0] | null, run: () => Promise<unknown>, danger = false) =>
    may(name) && <Confirm title={t(title)} note={note && <p>{t(note, { n: n.open })}</p>} label={t(title)} danger={danger} disabled={reason.trim() === ''} run={run}>{why}</Confirm>
  const plain = (name: string, title: Parameters<typeof t>[0], note: Parameters<typeof t>[0], run: () => Promise<unknown>) =>
    may(name) && <Confirm title={t(title)} note={<p>{t(note)}</p>} label={t(title)} danger={false} button={{ type: 'primary' }} run={run} />
  return (
    <>
      {may('edit') && <Button onClick={() => setOpen('edit')}>{t('notice.acts.edit')}</Button>}
      {plain('submit', 'notice.acts.submit', 'notice.submitNote', () => submit.mutateAsync())}
      {plain('sign', 'notice.acts.sign', 'notice.signNote', () => sign.mutateAsync())}
      {asks('return', 'notice.acts.giveBack', null, () => giveBack.mutateAsync())}
      {may('issue') && <Confirm title={t('notice.acts.issue')} note={<Issuing notice={n} />} label={t('notice.acts.issue')} danger={false} button={{ type: 'primary' }} run={() => issue.mutateAsync()} />}
      {plain('sign_revision', 'notice.acts.signRevision', 'notice.signNote', () => signRevision.mutateAsync())}
      {asks('refuse_revision', 'notice.acts.refuseRevision', null, () => refuseRevision.mutateAsync())}
      {may('revise') && <Button onClick={() => setOpen('revise')}>{t('notice.acts.revise')}</Button>}
      {may('relevel') && <Button onClick={() => setOpen('relevel')}>{t('notice.acts.relevel')}</Button>}
      {may('remark') && <Button onClick={() => setOpen('remark')}>{t('notice.acts.remark')}</Button>}
      {may('deliver') && <Confirm title={t('notice.acts.deliver')} note={<p>{t('notice.deliverNote')}</p>} label={t('notice.acts.deliver')} danger={false} run={() => deliver.mutateAsync()} />}
      {asks('lift', 'notice.acts.lift', 'notice.liftNote', () => lift.mutateAsync())}
      {may('close') && <Confirm title={t('notice.acts.close')} note={<p>{n.open > 0 ? t('notice.closeNote', { n: n.open }) : t('notice.closeAll')}</p>} label={t('notice.acts.close')} danger={n.open > 0} disabled={n.open > 0 && reason.trim() === ''} run={() => close.mutateAsync()}>{n.open > 0 ? why : null}</Confirm>}
      {may('review') && <Button type="primary" onClick={() => setOpen('review')}>{t('notice.acts.review')}</Button>}
      {asks('withdraw', 'notice.acts.withdraw', 'notice.withdrawNote', () => withdraw.mutateAsync(), true)}
      <Forms notice={n} open={open} close={() => setOpen(null)} />
    </>
  )
}

/** To how many a notice goes when it is issued, and where nobody can be told. */
function Issuing({ notice: n }: { notice: NoticeDetail }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const { data } = useQuery({ queryKey: [...noticeKey, 'audience', n.id, n.version], queryFn: () => read(api.GET('/api/security/notices/{id}/audience', { params: { path: { id: n.id } } })) })
  if (!data) return <p>{t('notice.audience.checking')}</p>
  return (
    <>
      <p>{t('notice.issueNote', { n: data.count })}</p>
      {data.unnamed > 0 && <p>{t('notice.audience.unnamed', { n: data.unnamed })}</p>}
      {data.unreachable.length > 0 && <Alert type="warning" showIcon title={t('notice.unreachable', { n: data.unreachable.length, names: f.list(data.unreachable.map(text)) })} />}
    </>
  )
}

/** The forms behind the buttons. */
function Forms({ notice: n, open, close }: { notice: NoticeDetail; open: Open; close: () => void }) {
  const t = useNoticeTexts()
  const at = { params: { path: { id: n.id }, header: ifMatch(n.version) } }
  const how = { refresh: [noticeKey], quiet: true, after: close }
  const edit = useChange({ run: (body: Written) => read(api.PUT('/api/security/notices/{id}', { ...at, body })), done: t('notice.saved'), ...how })
  const revise = useChange({ run: (body: { title: string; body: string; ask: string; reason: string }) => read(api.POST('/api/security/notices/{id}/revision', { ...at, body: { ...body, colour: n.colour } })), done: t('notice.done.proposed'), ...how })
  const relevel = useChange({ run: (body: { level: number; reason: string }) => read(api.POST('/api/security/notices/{id}/level', { ...at, body })), done: t('notice.done.proposed'), ...how })
  const remark = useChange({ run: (body: { tlp: (typeof tlps)[number]; reason: string }) => read(api.POST('/api/security/notices/{id}/tlp', { ...at, body })), done: t('notice.done.proposed'), ...how })
  const review = useChange({ run: (body: { text: string }) => read(api.POST('/api/security/notices/{id}/review', { ...at, body })), done: t('notice.done.reviewed'), ...how })
  const reason = <Form.Item name="reason" label={t('notice.field.change')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('notice.field.change') }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
  const title = { edit: 'notice.acts.edit', revise: 'notice.acts.revise', relevel: 'notice.acts.relevel', remark: 'notice.acts.remark', review: 'notice.acts.review' } as const
  const initial: Written = { kind: n.kind, colour: n.colour, title: n.title, body: n.body, ask: n.ask, level: n.level, category: n.category, tlp: n.tlp, audience: n.audience }
  return (
    <Drawer title={open ? t(title[open]) : ''} open={open !== null} onClose={close} size="large" destroyOnHidden>
      {open === 'edit' && <NoticeForm initial={initial} submit={(v) => edit.mutateAsync(v)} cancel={close} />}
      {open === 'revise' && (
        <EntityForm<{ title: string; body: string; ask: string; reason: string }> wide initial={{ title: n.title, body: n.body, ask: n.ask }} submitLabel={t('notice.acts.revise')} cancel={close} submit={(v) => revise.mutateAsync(v)}>
          <p className="lh-muted">{t('notice.reviseNote')}</p>
          <Form.Item name="title" label={t('notice.field.title')}><Input maxLength={120} /></Form.Item>
          <Form.Item name="body" label={t('notice.field.body')}><Input.TextArea maxLength={20000} autoSize={{ minRows: 4, maxRows: 20 }} /></Form.Item>
          <Form.Item name="ask" label={t('notice.field.ask')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 12 }} /></Form.Item>
          {reason}
        </EntityForm>
      )}
      {open === 'relevel' && (
        <EntityForm<{ level: number; reason: string }> initial={{ level: n.level }} submitLabel={t('notice.acts.relevel')} cancel={close} submit={(v) => relevel.mutateAsync(v)}>
          <p className="lh-muted">{t('notice.relevelNote')}</p>
          <Form.Item name="level" label={t('notice.field.level')}><Radio.Group options={levels.map((x) => ({ value: x, label: t(`notice.levels.l${x}`) }))} /></Form.Item>
          {reason}
        </EntityForm>
      )}
      {open === 'remark' && (
        <EntityForm<{ tlp: (typeof tlps)[number]; reason: string }> initial={{ tlp: n.tlp }} submitLabel={t('notice.acts.remark')} cancel={close} submit={(v) => remark.mutateAsync(v)}>
          <p className="lh-muted">{t('notice.remarkNote')}</p>
          <Form.Item name="tlp" label={t('notice.field.tlp')}><Select options={tlps.map((x) => ({ value: x, label: t(`notice.tlps.${x === 'amber+strict' ? 'strict' : x}`) }))} /></Form.Item>
          {reason}
        </EntityForm>
      )}
      {open === 'review' && (
        <EntityForm<{ text: string }> submitLabel={t('notice.acts.review')} cancel={close} submit={(v) => review.mutateAsync(v)}>
          <Form.Item name="text" label={t('notice.field.review')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('notice.field.review') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 4 }} /></Form.Item>
        </EntityForm>
      )}
    </Drawer>
  )
}
