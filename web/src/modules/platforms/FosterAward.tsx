import { Alert, Button, Card, Checkbox, DatePicker, Form, Input, InputNumber, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, EmptyState, EntityForm, Failure, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText, type Tone } from '../../kernel'
import { awardTone, fosterKey, useAward, useAwardsOf, type AwardDetail } from './fostering'
import { usePlatformTexts } from './texts'
import './fostering.css'

type Objection = AwardDetail['objections'][number]
type Check = AwardDetail['checks'][number]

const objectionTone: Record<Objection['state'], Tone> = { open: 'warn', upheld: 'bad', dismissed: 'idle' }
const checkTone: Record<Check['outcome'], Tone> = { kept: 'good', warned: 'warn', withdrawn: 'bad' }

/** One award: its public notice, what was said against it, and its yearly checks. */
export default function FosterAward() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const award = useAward(id)
  if (award.error) return <><PageHeader title={t('foster.awardTitle')} /><Failure problem={award.error} retry={() => void award.refetch()} /></>
  return award.data ? <Page award={award.data} /> : <Loading />
}

function Page({ award: w }: { award: AwardDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const items = [
    { key: 'platform', label: t('page.title'), children: <Link to={`/platforms/${w.platform_id}`}>{text(w.platform)}</Link> },
    { key: 'operator', label: t('field.operator'), children: text(w.operator) },
    { key: 'certificate', label: t('foster.certificate'), children: <span className="lh-code">{w.certificate}</span> },
    { key: 'awarded', label: t('foster.awardedOn'), children: <span className="lh-number">{w.awarded_on}</span> },
    { key: 'valid', label: t('foster.validUntil'), children: <span className="lh-number">{w.valid_until}</span> },
    { key: 'notice', label: t('foster.noticePeriod'), children: <span className="lh-number">{f.time(w.notice_from)} – {f.time(w.notice_until)}</span> },
    ...(w.own ? [{ key: 'application', label: t('foster.application'), children: <Link to={`/platforms/fostering/applications/${w.application_id}`}>{t('foster.toApplication')}</Link> }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('foster.awardOf', { platform: text(w.platform) })} note={t('foster.awardNote')} marks={<><StatusTag tone={awardTone[w.state]}>{t(`foster.awardStates.${w.state}`)}</StatusTag>{w.synthetic && <SyntheticMark />}</>} actions={<Actions award={w} />} />
      {w.state === 'withdrawn' && <Alert type="warning" showIcon title={t('foster.revokedFor', { date: w.withdrawn_on, reason: w.why })} />}
      {w.state === 'contested' && <Alert type="warning" showIcon title={t('foster.contestedNote')} />}
      <Card size="small"><Particulars items={items} /></Card>
      <Card size="small" title={t('foster.objections')}><Objections award={w} /></Card>
      {w.own && <Card size="small" title={t('foster.checks')}><Checks award={w} /></Card>}
    </div>
  )
}

function Objections({ award: w }: { award: AwardDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const [answered, answer] = useState<Objection | null>(null)
  const save = useChange({
    run: (v: { upheld?: boolean; answer: string }) => read(api.POST('/api/platforms/foster/objections/{id}/answer', { params: { path: { id: answered!.id } }, body: { upheld: v.upheld ?? false, answer: v.answer } })),
    refresh: [fosterKey], done: t('foster.answeredDone'), after: () => answer(null), quiet: true,
  })
  if (w.objections.length === 0) return <EmptyState title={t('foster.noObjections')} note={t(w.acts.includes('object') ? 'foster.noObjectionsHow' : 'foster.noObjectionsNote')} />
  return (
    <>
      <PlainTable<Objection>
        label={t('foster.objections')} rowKey="id" dataSource={w.objections}
        columns={[
          { key: 'from', title: t('foster.from'), render: (_, o) => <span className="lh-two"><span>{o.from}</span><span className="lh-number">{f.time(o.at)}</span></span> },
          { key: 'text', title: t('foster.objection'), render: (_, o) => <span className="lh-wrap">{o.text}</span> },
          { key: 'state', title: t('ranking.state'), render: (_, o) => <StatusTag tone={objectionTone[o.state]}>{t(`foster.objectionStates.${o.state}`)}</StatusTag> },
          { key: 'answer', title: t('foster.answer'), responsive: ['sm'], render: (_, o) => <span className="lh-wrap">{o.answer || none}</span> },
          ...(w.acts.includes('answer') ? [{ key: 'act', title: '', align: 'right' as const, render: (_: unknown, o: Objection) => o.state === 'open' && <Button size="small" onClick={() => answer(o)}>{t('foster.answer')}</Button> }] : []),
        ]}
      />
      <Modal open={answered !== null} onCancel={() => answer(null)} title={t('foster.answer')} footer={null} destroyOnHidden>
        <EntityForm<{ upheld?: boolean; answer: string }> name="answer" submit={(v) => save.mutateAsync(v)} cancel={() => answer(null)}>
          <p className="lh-foster-text">{answered?.text}</p>
          <Form.Item name="answer" label={t('foster.answer')} rules={[{ required: true, message: t('form.missing', { label: t('foster.answer') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
          <Form.Item name="upheld" valuePropName="checked"><Checkbox>{t('foster.upheld')}</Checkbox></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}

function Checks({ award: w }: { award: AwardDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  if (w.checks.length === 0) return <EmptyState title={t('foster.noChecks')} note={t(w.acts.includes('check') ? 'foster.noChecksHow' : 'foster.noChecksNote')} />
  return (
    <PlainTable<Check>
      label={t('foster.checks')} rowKey="id" dataSource={w.checks}
      columns={[
        { key: 'year', title: t('foster.yearLabel'), render: (_, c) => <span className="lh-number">{c.year}</span> },
        { key: 'outcome', title: t('foster.outcomeLabel'), render: (_, c) => <StatusTag tone={checkTone[c.outcome]}>{t(`foster.outcomes.${c.outcome}`)}</StatusTag> },
        { key: 'reason', title: t('field.reason'), render: (_, c) => <span className="lh-wrap">{c.reason}</span> },
        { key: 'at', title: t('foster.checkedAt'), responsive: ['md'], render: (_, c) => <span className="lh-number">{f.time(c.at)}</span> },
      ]}
    />
  )
}

function Actions({ award: w }: { award: AwardDetail }) {
  const t = usePlatformTexts()
  const may = useMay()
  const [open, show] = useState<'object' | 'check' | 'withdraw' | null>(null)
  const path = { path: { id: w.id } }
  const close = () => show(null)
  const done = { refresh: [fosterKey], done: t('page.saved'), after: close, quiet: true }
  const object = useChange({ run: (v: { from?: string; text: string }) => read(api.POST('/api/platforms/foster/awards/{id}/objections', { params: path, body: { from: v.from ?? '', text: v.text } })), ...done })
  const check = useChange({ run: (v: { year: number; outcome: Check['outcome']; reason: string }) => read(api.POST('/api/platforms/foster/awards/{id}/checks', { params: path, body: v })), ...done })
  const withdraw = useChange({ run: (v: { on: Dayjs; reason: string }) => read(api.POST('/api/platforms/foster/awards/{id}/withdrawal', { params: path, body: { on: v.on.format('YYYY-MM-DD'), reason: v.reason } })), ...done })
  const can = (act: string) => w.acts.includes(act)
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const reason = <Form.Item name="reason" label={t('field.reason')} rules={need(t('field.reason'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
  const outcomes = (['kept', 'warned', 'withdrawn'] as const).map((o) => ({ value: o, label: t(`foster.outcomes.${o}`) }))
  return (
    <>
      {can('object') && <Button onClick={() => show('object')}>{t('foster.object')}</Button>}
      {can('check') && <Button onClick={() => show('check')}>{t('foster.check')}</Button>}
      {can('withdraw') && <Button danger onClick={() => show('withdraw')}>{t('foster.revoke')}</Button>}
      <Modal open={open === 'object'} onCancel={close} title={t('foster.object')} footer={null} destroyOnHidden>
        <EntityForm<{ from?: string; text: string }> name="object" submit={(v) => object.mutateAsync(v)} cancel={close}>
          {may('platforms.foster.manage') && <Form.Item name="from" label={t('foster.from')} extra={t('foster.fromNote')}><Input maxLength={200} /></Form.Item>}
          <Form.Item name="text" label={t('foster.objection')} rules={need(t('foster.objection'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
      <Modal open={open === 'check'} onCancel={close} title={t('foster.check')} footer={null} destroyOnHidden>
        <EntityForm<{ year: number; outcome: Check['outcome']; reason: string }> name="check" initial={{ year: new Date().getFullYear(), outcome: 'kept' }} submit={(v) => check.mutateAsync(v)} cancel={close}>
          <Form.Item name="year" label={t('foster.yearLabel')} rules={need(t('foster.yearLabel'))}><InputNumber min={2000} max={2100} style={{ width: '100%' }} /></Form.Item>
          <Form.Item name="outcome" label={t('foster.outcomeLabel')}><Select options={outcomes} /></Form.Item>
          {reason}
        </EntityForm>
      </Modal>
      <Modal open={open === 'withdraw'} onCancel={close} title={t('foster.revoke')} footer={null} destroyOnHidden>
        <EntityForm<{ on: Dayjs; reason: string }> name="revoke" initial={{ on: dayjs() }} submit={(v) => withdraw.mutateAsync(v)} submitLabel={t('foster.revoke')} cancel={close}>
          <Form.Item name="on" label={t('foster.revokedOn')} rules={need(t('foster.revokedOn'))}><DatePicker style={{ width: '100%' }} /></Form.Item>
          {reason}
        </EntityForm>
      </Modal>
    </>
  )
}

/** The newest award of a platform, as a mark on its page. */
export function AwardMark({ platform }: { platform: string }) {
  const t = usePlatformTexts()
  const awards = useAwardsOf(platform)
  const newest = awards.data?.items[0]
  if (!newest) return null
  return <Link to={`/platforms/fostering/awards/${newest.id}`}><StatusTag tone={awardTone[newest.state]}>{t('foster.mark', { year: newest.year, state: t(`foster.awardStates.${newest.state}`) })}</StatusTag></Link>
}
