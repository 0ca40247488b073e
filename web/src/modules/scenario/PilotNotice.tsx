import { Button, Card, Checkbox, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { api, EmptyState, EntityForm, none, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText, type Tone } from '../../kernel'
import { pilotKey, type Call } from './pilots'
import { useScenarioTexts } from './texts'

type Notable = Call['noticed'][number]
type Objection = Call['objections'][number]

const tone: Record<Objection['state'], Tone> = { open: 'warn', upheld: 'bad', dismissed: 'idle' }

/** The public notice of what the panel chose, and the objections. */
export function Notice({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const [against, object] = useState<Notable | null>(null)
  const send = useChange({
    run: (v: { from?: string; text: string }) => read(api.POST('/api/scenario/pilot/calls/{id}/objections', { params: { path: { id: call.id } }, body: { application_id: against!.application_id, from: v.from ?? '', text: v.text ?? '' } })),
    refresh: [pilotKey], done: t('pilot.objected'), after: () => object(null), quiet: true,
  })
  const can = call.acts.includes('object')
  return (
    <Card size="small" title={t('pilot.notice')}>
      <p className="lh-note">{t(can || (call.notice_until ?? '') > call.now ? 'pilot.noticeUntil' : 'pilot.noticeOver', { time: f.time(call.notice_until) })}</p>
      {call.noticed.length === 0 ? <EmptyState title={t('pilot.noneNoticed')} /> : (
        <PlainTable<Notable>
          label={t('pilot.notice')} rowKey="application_id" dataSource={call.noticed}
          columns={[
            { key: 'organisation', title: t('pilot.organisation'), render: (_, x) => text(x.organisation) },
            { key: 'project', title: t('pilot.project'), render: (_, x) => x.project },
            ...(can ? [{ key: 'act', title: '', align: 'right' as const, render: (_: unknown, x: Notable) => x.application_id !== call.own && <Button size="small" onClick={() => object(x)}>{t('pilot.object')}</Button> }] : []),
          ]}
        />
      )}
      {call.objections.length > 0 && <Objections call={call} />}
      <Modal open={against !== null} onCancel={() => object(null)} title={t('pilot.object')} footer={null} destroyOnHidden>
        <EntityForm<{ from?: string; text: string }> name="objection" submit={(v) => send.mutateAsync(v)} cancel={() => object(null)}>
          <p>{against?.project}</p>
          {may('scenario.pilot.manage') && <Form.Item name="from" label={t('pilot.from')} extra={t('pilot.fromNote')}><Input maxLength={200} /></Form.Item>}
          <Form.Item name="text" label={t('pilot.objection')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.objection') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </Card>
  )
}

function Objections({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const may = useMay()
  const [answered, answer] = useState<Objection | null>(null)
  const save = useChange({
    run: (v: { upheld?: boolean; answer: string }) => read(api.POST('/api/scenario/pilot/objections/{id}/answer', { params: { path: { id: answered!.id } }, body: { upheld: v.upheld ?? false, answer: v.answer ?? '' } })),
    refresh: [pilotKey], done: t('pilot.answered'), after: () => answer(null), quiet: true,
  })
  const projects = new Map(call.noticed.map((x) => [x.application_id, x.project]))
  return (
    <>
      <h3 className="lh-section-head">{t('pilot.objections')}</h3>
      <PlainTable<Objection>
        label={t('pilot.objections')} rowKey="id" dataSource={call.objections}
        columns={[
          { key: 'from', title: t('pilot.from'), render: (_, o) => <span className="lh-two"><span>{o.from}</span><span className="lh-number">{f.time(o.at)}</span></span> },
          { key: 'text', title: t('pilot.objection'), render: (_, o) => <span className="lh-two"><span>{projects.get(o.application_id) ?? none}</span><span className="lh-wrap">{o.text}</span></span> },
          { key: 'state', title: t('pilot.state'), render: (_, o) => <StatusTag tone={tone[o.state]}>{t(`pilot.objectionStates.${o.state}`)}</StatusTag> },
          { key: 'answer', title: t('pilot.answer'), responsive: ['sm'], render: (_, o) => <span className="lh-wrap">{o.answer || none}</span> },
          ...(may('scenario.pilot.manage') && call.state === 'notice' ? [{ key: 'act', title: '', align: 'right' as const, render: (_: unknown, o: Objection) => o.state === 'open' && <Button size="small" onClick={() => answer(o)}>{t('pilot.answer')}</Button> }] : []),
        ]}
      />
      <Modal open={answered !== null} onCancel={() => answer(null)} title={t('pilot.answer')} footer={null} destroyOnHidden>
        <EntityForm<{ upheld?: boolean; answer: string }> name="pilotanswer" submit={(v) => save.mutateAsync(v)} cancel={() => answer(null)}>
          <p className="lh-pilot-text">{answered?.text}</p>
          <Form.Item name="answer" label={t('pilot.answer')} rules={[{ required: true, message: t('pilot.missing', { label: t('pilot.answer') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
          <Form.Item name="upheld" valuePropName="checked"><Checkbox>{t('pilot.upheld')}</Checkbox></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
