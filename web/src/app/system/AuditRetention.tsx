import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Descriptions, Drawer, Form, Input, InputNumber, Radio } from 'antd'
import { useState } from 'react'
import { api, Confirm, Failure, Loading, none, PlainTable, problemText, read, StatusTag, useChange, useFormat, useMay, useSession, type Schema, type Tone } from '../../kernel'
import { useSystemTexts } from './texts'

type State = Schema<'AuditRetentionState'>
type Retention = Schema<'AuditRetention'>
type Due = Schema<'AuditDue'>

const retentionKey = ['audit', 'retention']
const tones: Record<Retention['state'], Tone> = { proposed: 'warn', in_force: 'good', refused: 'bad', replaced: 'idle' }

/** For how long entries are kept: what is in force, what waits for a second person, what is to go. */
export function AuditRetention({ open, close }: { open: boolean; close: () => void }) {
  const t = useSystemTexts()
  return (
    <Drawer open={open} onClose={close} size={720} title={t('retention.title')} destroyOnHidden>
      {open && <Content />}
    </Drawer>
  )
}

function Content() {
  const t = useSystemTexts()
  const f = useFormat()
  const may = useMay()
  const days = useDays()
  const one = useQuery({ queryKey: retentionKey, queryFn: () => read(api.GET('/api/system/audit/retention')) })
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading />
  const s = one.data
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('retention.note', { least: f.number(s.least) })}</p>
      <Descriptions
        size="small"
        bordered
        column={1}
        items={[
          { key: 'days', label: t('retention.kept'), children: <strong>{days(s.days)}</strong> },
          { key: 'removed', label: t('retention.removed'), children: s.removed ? t('retention.removedTo', { seq: f.number(s.removed) }) : none },
          { key: 'due', label: t('retention.due'), children: <Range due={s.due} /> },
        ]}
      />
      {s.proposal && <Proposal proposal={s.proposal} effect={s.effect} />}
      {!s.proposal && may('system.audit.retain') && <Propose state={s} />}
      <strong>{t('retention.history')}</strong>
      <PlainTable<Retention>
        label={t('retention.history')}
        rowKey={(r) => r.id}
        dataSource={s.history}
        locale={{ emptyText: t('retention.never') }}
        columns={[
          { key: 'days', title: t('retention.kept'), render: (_, r) => days(r.days) },
          { key: 'state', title: t('field.state'), render: (_, r) => <StatusTag tone={tones[r.state]}>{t(`retention.state.${r.state}`)}</StatusTag> },
          { key: 'by', title: t('retention.proposedBy'), render: (_, r) => <span className="lh-two"><span>{r.proposed_by_name || none}</span><span>{f.time(r.proposed_at)}</span></span> },
          { key: 'decided', title: t('field.decidedBy'), render: (_, r) => <span className="lh-two"><span>{r.decided_by_name || none}</span><span>{r.decided_at ? f.time(r.decided_at) : ''}</span></span> },
          { key: 'reason', title: t('field.reason'), render: (_, r) => <span className="lh-prose">{[r.reason, r.answer].filter(Boolean).join(' · ')}</span> },
        ]}
      />
    </div>
  )
}

/** Days as people say them. */
function useDays() {
  const t = useSystemTexts()
  const f = useFormat()
  return (days: number) => (days === 0 ? t('retention.ever') : t('retention.days', { days: f.number(days) }))
}

/** What is to be removed, and the export that has to be made before. */
function Range({ due: d }: { due: Due }) {
  const t = useSystemTexts()
  const f = useFormat()
  const may = useMay()
  if (d.count === 0) return <>{t('retention.nothing')}</>
  const query = new URLSearchParams({ from: d.from ?? '', to: d.to ?? '' })
  return (
    <span className="lh-two">
      <span>{t('retention.range', { first: f.number(d.first), last: f.number(d.last) })}</span>
      <span>{t(d.exported ? 'retention.exported' : 'retention.notExported')}</span>
      {!d.exported && may('system.audit.export') && <span><Button size="small" href={`/api/system/audit/export?${query.toString()}`}>{t('retention.export')}</Button></span>}
    </span>
  )
}

function Proposal({ proposal: p, effect }: { proposal: Retention; effect: Due | undefined }) {
  const t = useSystemTexts()
  const may = useMay()
  const session = useSession()
  const days = useDays()
  const [answer, setAnswer] = useState('')
  const decide = useChange({
    run: (approve: boolean) => read(api.POST('/api/system/audit/retention/{id}/decision', { params: { path: { id: p.id } }, body: { approve, answer } })),
    refresh: [retentionKey, ['audit']], done: t('retention.decided'), quiet: true,
  })
  const own = session.person.id === p.proposed_by
  const words = <Input.TextArea aria-label={t('retention.answer')} placeholder={t('retention.answer')} rows={2} maxLength={500} value={answer} onChange={(e) => setAnswer(e.target.value)} />
  return (
    <Alert
      type="warning"
      showIcon
      title={t('retention.waits', { days: days(p.days), name: p.proposed_by_name })}
      description={
        <div className="lh-stack">
          <span>{p.reason}</span>
          {effect && <Range due={effect} />}
          {own && <span>{t('retention.own')}</span>}
          {may('system.audit.retain') && (
            <span className="lh-actions">
              {!own && <Confirm title={t('retention.confirmTitle')} note={<p>{t('retention.confirmNote')}</p>} label={t('retention.confirm')} button={{ type: 'primary' }} run={() => decide.mutateAsync(true)}>{words}</Confirm>}
              <Confirm title={t(own ? 'retention.withdrawTitle' : 'retention.refuseTitle')} label={t(own ? 'retention.withdraw' : 'retention.refuse')} danger={false} run={() => decide.mutateAsync(false)}>{words}</Confirm>
            </span>
          )}
        </div>
      }
    />
  )
}

interface Wanted {
  ever: boolean
  days: number
  reason: string
}

function Propose({ state: s }: { state: State }) {
  const t = useSystemTexts()
  const [form] = Form.useForm<Wanted>()
  const ever = Form.useWatch('ever', form)
  const propose = useChange({
    run: (w: Wanted) => read(api.POST('/api/system/audit/retention', { body: { days: w.ever ? 0 : w.days, reason: w.reason } })),
    refresh: [retentionKey, ['audit']], done: t('retention.proposed'), after: () => form.resetFields(), quiet: true,
  })
  return (
    <Form<Wanted> form={form} layout="vertical" className="lh-form" requiredMark={false} initialValues={{ ever: s.days !== 0, days: Math.max(s.least, s.days || 365), reason: '' }} onFinish={(w) => propose.mutate(w)}>
      <Form.Item name="ever" label={t('retention.want')}>
        <Radio.Group options={[{ value: true, label: t('retention.ever') }, { value: false, label: t('retention.limited') }]} />
      </Form.Item>
      {ever === false && (
        <Form.Item name="days" label={t('retention.daysLabel')} rules={[{ required: true, message: t('missing', { label: t('retention.daysLabel') }) }]}>
          <InputNumber min={s.least} max={36500} precision={0} />
        </Form.Item>
      )}
      <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, message: t('missing', { label: t('field.reason') }) }]}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
      {propose.error && <p role="alert" className="lh-error">{problemText(propose.error)}</p>}
      <Button htmlType="submit" type="primary" loading={propose.isPending}>{t('retention.propose')}</Button>
    </Form>
  )
}
