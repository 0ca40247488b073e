import { Button, DatePicker, Form, Input, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { EmptyState, EntityForm, PlainTable, StatusTag, useFormat, useText } from '../../kernel'
import { useAct, useIncidentTexts, useWords, type Detail, type Task } from './incidentData'

/** What is to be done, by whom and until when. */
export function Tasks({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const [asked, setAsked] = useState<'playbook' | 'give' | null>(null)
  const [ending, setEnding] = useState<{ task: Task; state: 'done' | 'not_applicable' } | null>(null)
  const [moving, setMoving] = useState<Task | null>(null)
  const late = (x: Task) => x.state === 'open' && new Date(x.due_at) < new Date(i.now)
  const finish = (x: Task) => i.acts.includes('finish') && x.state === 'open' && (x.mine || i.side === 'city')
  return (
    <div className="lh-stack">
      {i.acts.includes('task') && <div className="lh-actions"><Button type="primary" onClick={() => setAsked('playbook')}>{t('incident.tasks.playbook')}</Button> <Button onClick={() => setAsked('give')}>{t('incident.tasks.give')}</Button></div>}
      <PlainTable<Task>
        scroll={{ x: '100%' }} label={t('incident.tabs.tasks')} rowKey={(x) => x.id} dataSource={i.tasks} locale={{ emptyText: <EmptyState title={t('incident.tasks.none')} note={t('incident.tasks.noneNote')} /> }}
        columns={[
          { title: t('incident.tasks.title'), render: (_, x) => <span className="lh-two lh-wrap"><span>{x.number}. {text(x.title)}</span><span>{text(x.what)}</span>{text(x.done) && <span>{t('incident.tasks.done')}: {text(x.done)}</span>}{text(x.evidence) && <span>{t('incident.tasks.evidence')}: {text(x.evidence)}</span>}{x.note && <span>→ {x.note}</span>}</span> },
          { title: t('incident.tasks.where'), responsive: ['sm'], width: 150, render: (_, x) => <span className="lh-two lh-wrap"><span>{text(x.organisation)}{x.assignee && ` · ${x.assignee}`}</span><span className="lh-number">{f.time(x.due_at)}</span></span> },
          {
            title: t('incident.clockState'), width: 150,
            render: (_, x) => (
              <span className="lh-two">
                <StatusTag tone={x.state === 'done' ? 'good' : x.state === 'not_applicable' ? 'idle' : late(x) ? 'bad' : 'info'}>{late(x) ? t('incident.tasks.late') : t(`incident.tasks.states.${x.state}`)}</StatusTag>
                <span>
                  {finish(x) && <><Button size="small" onClick={() => setEnding({ task: x, state: 'done' })}>{t('incident.tasks.finish')}</Button> <Button size="small" type="text" onClick={() => setEnding({ task: x, state: 'not_applicable' })}>{t('incident.tasks.notApplicable')}</Button></>}
                  {x.state === 'open' && i.acts.includes('task') && <Button size="small" type="text" onClick={() => setMoving(x)}>{t('incident.tasks.assign')}</Button>}
                </span>
              </span>
            ),
          },
        ]}
      />
      <Modal open={asked === 'playbook'} title={t('incident.tasks.playbook')} footer={null} onCancel={() => setAsked(null)} destroyOnHidden><Playbook incident={i} close={() => setAsked(null)} /></Modal>
      <Modal open={asked === 'give'} title={t('incident.tasks.give')} footer={null} onCancel={() => setAsked(null)} destroyOnHidden><Give incident={i} close={() => setAsked(null)} /></Modal>
      <Modal open={moving !== null} title={t('incident.tasks.assign')} footer={null} onCancel={() => setMoving(null)} destroyOnHidden>{moving && <Give incident={i} task={moving} close={() => setMoving(null)} />}</Modal>
      <Modal open={ending !== null} title={ending ? text(ending.task.title) : ''} footer={null} onCancel={() => setEnding(null)} destroyOnHidden>{ending && <Finish incident={i} {...ending} close={() => setEnding(null)} />}</Modal>
    </div>
  )
}

function Playbook({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const text = useText()
  const words = useWords()
  const act = useAct(i, t('incident.tasks.given'), close)
  const list = [...(words?.playbooks ?? [])].sort((a, b) => Number(b.categories.includes(i.category)) - Number(a.categories.includes(i.category)))
  return (
    <EntityForm<{ playbook: string }> {...(list[0] ? { initial: { playbook: list[0].id } } : {})} submitLabel={t('incident.tasks.playbook')} cancel={close} submit={(v) => act.mutateAsync({ path: '/playbook', body: v })}>
      <Form.Item name="playbook" label={t('incident.tasks.choose')}>
        <Select options={list.map((p) => ({ value: p.id, label: `${text(p.title)} · ${t('incident.tasks.steps', { count: p.steps.length })}${p.categories.includes(i.category) ? ` · ${t('incident.tasks.suggested')}` : ''}` }))} />
      </Form.Item>
    </EntityForm>
  )
}

/** Gives a task, or gives an open one to somebody else. */
function Give({ incident: i, task, close }: { incident: Detail; task?: Task; close: () => void }) {
  const t = useIncidentTexts()
  const text = useText()
  const act = useAct(i, t('incident.tasks.given'), close)
  const places = [{ value: i.organisation_id, label: text(i.enterprise) }, { value: 'city', label: t('incident.tasks.city') }, ...i.guests.filter((g) => !g.ended_at).map((g) => ({ value: g.organisation_id, label: text(g.organisation) }))]
  const chosen = task ? (places.some((p) => p.value === task.organisation_id) ? task.organisation_id : 'city') : i.organisation_id
  return (
    <EntityForm<{ title?: string; what?: string; organisation_id: string; assignee?: string; due_at: Dayjs }>
      initial={{ organisation_id: chosen, assignee: task?.assignee ?? '', due_at: task ? dayjs(task.due_at) : dayjs().add(1, 'day') }} submitLabel={t(task ? 'incident.tasks.assign' : 'incident.tasks.give')} cancel={close}
      submit={(v) => act.mutateAsync(task
        ? { path: `/tasks/${task.id}`, method: 'PUT', body: { organisation_id: v.organisation_id, assignee: v.assignee ?? '', due_at: v.due_at.toISOString() } }
        : { path: '/tasks', body: { title: v.title ?? '', what: v.what ?? '', organisation_id: v.organisation_id, assignee: v.assignee ?? '', due_at: v.due_at.toISOString() } })}
    >
      {!task && <Form.Item name="title" label={t('incident.tasks.title')} rules={[{ required: true, message: t('incident.missing', { label: t('incident.tasks.title') }) }]}><Input maxLength={200} /></Form.Item>}
      {!task && <Form.Item name="what" label={t('incident.tasks.what')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>}
      <Form.Item name="organisation_id" label={t('incident.tasks.where')}><Select options={places} /></Form.Item>
      <Form.Item name="assignee" label={t('incident.tasks.whoDoes')}><Input maxLength={80} /></Form.Item>
      <Form.Item name="due_at" label={t('incident.tasks.due')} rules={[{ required: true, message: t('incident.missing', { label: t('incident.tasks.due') }) }]}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
    </EntityForm>
  )
}

function Finish({ incident: i, task, state, close }: { incident: Detail; task: Task; state: 'done' | 'not_applicable'; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.done'), close)
  return (
    <EntityForm<{ note: string }> submitLabel={t(state === 'done' ? 'incident.tasks.finish' : 'incident.tasks.notApplicable')} cancel={close} submit={(v) => act.mutateAsync({ path: `/tasks/${task.id}/outcome`, body: { state, note: v.note ?? '' } })}>
      <Form.Item name="note" label={t('incident.tasks.note')} rules={[{ required: true, whitespace: true, message: t('incident.missing', { label: t('incident.tasks.note') }) }]}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
    </EntityForm>
  )
}
