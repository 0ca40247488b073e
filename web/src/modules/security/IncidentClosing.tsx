import { Button, Card, DatePicker, Drawer, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { EmptyState, EntityForm, Particulars, PlainTable, StatusTag, useFormat, type Schema } from '../../kernel'
import { useAct, useIncidentTexts, type Detail } from './incidentData'

type Conclusion = Schema<'IncidentClosing'>
type Action = Schema<'IncidentAction'>
const parts = ['cause', 'impact', 'measures', 'assets', 'residual'] as const
const learnt = ['detected', 'should', 'lessons'] as const

/** What is known at the end, what was learnt, and what is done about it. */
export function Closing({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const f = useFormat()
  const [asked, setAsked] = useState<'conclude' | 'review' | null>(null)
  const [ending, setEnding] = useState<Action | null>(null)
  const close = () => setAsked(null)
  return (
    <div className="lh-stack">
      <div className="lh-actions">
        {i.acts.includes('conclude') && <Button type="primary" onClick={() => setAsked('conclude')}>{t('incident.closing.write')}</Button>}{' '}
        {i.acts.includes('review') && <Button type="primary" onClick={() => setAsked('review')}>{t('incident.closing.review')}</Button>}
      </div>
      {i.closing
        ? <Particulars items={parts.map((p) => ({ key: p, label: t(`incident.closing.${p}`), children: <span className="lh-comment-text">{i.closing![p]}</span> }))} />
        : <EmptyState title={t('incident.closing.none')} note={t('incident.closing.four')} />}
      {i.state === 'closed' && !i.review && <p className="lh-muted">{t('incident.closing.noReview')}</p>}
      {i.review && (
        <Card size="small" title={t('incident.closing.review')}>
          <div className="lh-stack">
            <Particulars items={learnt.map((p) => ({ key: p, label: t(`incident.closing.${p}`), children: <span className="lh-comment-text">{i.review![p]}</span> }))} />
            {i.actions.length > 0 && (
              <PlainTable<Action>
                scroll={{ x: '100%' }} label={t('incident.closing.actions')} rowKey={(a) => a.id} dataSource={i.actions}
                columns={[
                  { title: t('incident.closing.action'), render: (_, a) => <span className="lh-two lh-wrap"><span>{a.number}. {a.what}</span>{a.note && <span>→ {a.note}</span>}</span> },
                  { title: t('incident.closing.responsible'), render: (_, a) => a.responsible },
                  { title: t('incident.closing.due'), render: (_, a) => <span className="lh-number">{f.date(a.due)}</span> },
                  { title: t('incident.clockState'), render: (_, a) => <span className="lh-two"><StatusTag tone={a.state === 'done' ? 'good' : 'info'}>{t(`incident.closing.states.${a.state}`)}</StatusTag>{a.state === 'open' && i.acts.includes('action') && <Button size="small" onClick={() => setEnding(a)}>{t('incident.closing.finish')}</Button>}</span> },
                ]}
              />
            )}
          </div>
        </Card>
      )}
      <Drawer title={t('incident.closing.write')} open={asked === 'conclude'} onClose={close} size="large" destroyOnHidden><Conclude incident={i} close={close} /></Drawer>
      <Drawer title={t('incident.closing.review')} open={asked === 'review'} onClose={close} size="large" destroyOnHidden><Learn incident={i} close={close} /></Drawer>
      <Modal open={ending !== null} title={ending?.what ?? ''} footer={null} onCancel={() => setEnding(null)} destroyOnHidden>{ending && <Finish incident={i} action={ending} close={() => setEnding(null)} />}</Modal>
    </div>
  )
}

/** A long text that must be there. */
function Long({ name, label }: { name: string; label: string }) {
  const t = useIncidentTexts()
  return <Form.Item name={name} label={label} rules={[{ required: true, whitespace: true, message: t('incident.missing', { label }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 10 }} /></Form.Item>
}

function Conclude({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.saved'), close)
  return (
    <EntityForm<Conclusion> {...(i.closing ? { initial: i.closing } : {})} submitLabel={t('incident.closing.write')} cancel={close} submit={(v) => act.mutateAsync({ path: '/closing', method: 'PUT', body: v })}>
      <p className="lh-muted">{t('incident.closing.four')}</p>
      {parts.map((p) => <Long key={p} name={p} label={t(`incident.closing.${p}`)} />)}
    </EntityForm>
  )
}

type Learnt = Schema<'IncidentReview'> & { actions?: { what?: string; responsible?: string; due?: Dayjs | null }[] }

function Learn({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.saved'), close)
  return (
    <EntityForm<Learnt>
      initial={{ actions: [{}] }} submitLabel={t('incident.closing.review')} cancel={close}
      submit={(v) => act.mutateAsync({ path: '/review', body: { detected: v.detected, should: v.should, lessons: v.lessons, actions: (v.actions ?? []).map((a) => ({ what: a.what ?? '', responsible: a.responsible ?? '', due: a.due ? a.due.format('YYYY-MM-DD') : '' })) } })}
    >
      {learnt.map((p) => <Long key={p} name={p} label={t(`incident.closing.${p}`)} />)}
      <Form.List name="actions">
        {(rows, { add, remove }) => (
          <Form.Item label={t('incident.closing.actions')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="lh-pair">
                <Form.Item name={[name, 'what']} label={t('incident.closing.action')}><Input maxLength={1000} /></Form.Item>
                <Form.Item name={[name, 'responsible']} label={t('incident.closing.responsible')}><Input maxLength={80} /></Form.Item>
                <Form.Item name={[name, 'due']} label={t('incident.closing.due')}><DatePicker style={{ width: '100%' }} /></Form.Item>
                <Form.Item label=" "><Button onClick={() => remove(name)}>{t('incident.closing.remove')}</Button></Form.Item>
              </div>
            ))}
            <Button onClick={() => add({})}>{t('incident.closing.addAction')}</Button>
          </Form.Item>
        )}
      </Form.List>
    </EntityForm>
  )
}

function Finish({ incident: i, action, close }: { incident: Detail; action: Action; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.done'), close)
  return <EntityForm<{ note: string }> submitLabel={t('incident.closing.finish')} cancel={close} submit={(v) => act.mutateAsync({ path: `/actions/${action.id}/outcome`, body: v })}><Long name="note" label={t('incident.tasks.note')} /></EntityForm>
}
