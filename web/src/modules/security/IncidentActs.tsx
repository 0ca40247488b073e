import { Drawer, Button, DatePicker, Dropdown, Form, Input, Modal, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState, type ReactNode } from 'react'
import { EntityForm } from '../../kernel'
import { levels, useAct, useIncidentTexts, type Detail, type Level } from './incidentData'
import { IncidentForm } from './IncidentForm'

const states = ['triaged', 'confirmed', 'rejected', 'contained', 'eradicated', 'recovered', 'closed'] as const
type To = (typeof states)[number]
type Other = 'correct' | 'level' | 'respond' | 'take_over' | 'merge' | 'take_apart'

/** What the reader may do with an incident now: the next step in front, the rest behind. */
export function Acts({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const [asked, setAsked] = useState<To | Other | null>(null)
  const over = ['rejected', 'closed', 'reviewed', 'merged'].includes(i.state)
  const next = states.filter((s) => i.acts.includes(s))
  const label = (s: To) => (over ? t('incident.moves.reopen') : t(`incident.moves.${s}`))
  const others = ([
    ['correct', t('incident.correct')], ['level', t('incident.relevel')], ['respond', t('incident.respond')], ['take_over', t('incident.takeOver')], ['merge', t('incident.merge')], ['take_apart', t('incident.takeApart')],
  ] as [Other, string][]).filter(([key]) => i.acts.includes(key))
  const close = () => setAsked(null)
  return (
    <>
      {next.map((s) => <Button key={s} type={s === 'rejected' ? 'default' : 'primary'} onClick={() => setAsked(s)}>{label(s)}</Button>)}
      {others.length > 0 && <Dropdown menu={{ items: others.map(([key, name]) => ({ key, label: name })), onClick: ({ key }) => setAsked(key as Other) }}><Button>{t('incident.more')}</Button></Dropdown>}
      <Modal open={asked !== null && asked !== 'correct'} title={titleOf(asked, others, label)} footer={null} onCancel={close} destroyOnHidden>
        {asked && states.includes(asked as To) && <Move incident={i} to={asked as To} label={label(asked as To)} close={close} />}
        {asked === 'level' && <Said incident={i} path="/level" label={t('incident.relevel')} close={close} fields={<><p className="lh-muted">{t('incident.relevelNote')}</p><LevelField /></>} />}
        {asked === 'respond' && <Said incident={i} path="/response" label={t('incident.respond')} close={close} fields={<LevelField none={i.response > 0 ? t('incident.respondEnd') : ''} />} />}
        {asked === 'take_over' && <Said incident={i} path="/handler" label={t('incident.takeOver')} close={close} reason="note" reasonLabel={t('incident.takeOverNote')} />}
        {asked === 'merge' && <Said incident={i} path="/merge" label={t('incident.merge')} close={close} fields={<Form.Item name="into" label={t('incident.mergeId')} extra={t('incident.help.merge')} rules={[{ required: true, message: t('incident.missing', { label: t('incident.mergeId') }) }]}><Input maxLength={40} placeholder="01J…" /></Form.Item>} />}
        {asked === 'take_apart' && <Said incident={i} path="/separation" label={t('incident.takeApart')} close={close} />}
      </Modal>
      <Drawer title={t('incident.correcting')} open={asked === 'correct'} onClose={close} size="large" destroyOnHidden><Correct incident={i} close={close} /></Drawer>
    </>
  )
}

function titleOf(asked: To | Other | null, others: [Other, string][], label: (s: To) => string): string {
  if (!asked) return ''
  return others.find(([key]) => key === asked)?.[1] ?? label(asked as To)
}

function Move({ incident: i, to, label, close }: { incident: Detail; to: To; label: string; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.done'), close)
  const confirming = to === 'confirmed' && i.state === 'triaged'
  const rejecting = to === 'rejected'
  const happened = ['contained', 'eradicated', 'recovered'].includes(to)
  return (
    <EntityForm<{ level?: number; resolution?: string; reason: string; at?: Dayjs | null }>
      initial={confirming ? { level: i.proposed || 4 } : rejecting ? { resolution: 'false_positive' } : {}} submitLabel={label} cancel={close}
      submit={(v) => act.mutateAsync({ path: '/state', body: { to, reason: v.reason ?? '', ...(confirming ? { level: v.level } : {}), ...(rejecting ? { resolution: v.resolution } : {}), ...(v.at ? { at: v.at.toISOString() } : {}) } })}
    >
      {confirming && <LevelField />}
      {rejecting && <Form.Item name="resolution" label={t('incident.states.rejected')}><Select options={(['false_positive', 'duplicate', 'test'] as const).map((r) => ({ value: r, label: t(`incident.resolutions.${r}`) }))} /></Form.Item>}
      {happened && <Form.Item name="at" label={t('incident.field.at')} extra={t('incident.help.at')}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>}
      <Reason />
    </EntityForm>
  )
}

function LevelField({ none }: { none?: string }) {
  const t = useIncidentTexts()
  return (
    <Form.Item name="level" label={t('incident.field.level')} rules={[{ required: true, message: t('incident.missing', { label: t('incident.field.level') }) }]}>
      <Select options={[...(none ? [{ value: 0, label: none }] : []), ...levels.map((l: Level) => ({ value: l, label: t(`incident.levels.l${l}`) }))]} />
    </Form.Item>
  )
}

/** Why something is done: it stays in the timeline. */
export function Reason({ name = 'reason', label }: { name?: string; label?: string }) {
  const t = useIncidentTexts()
  return <Form.Item name={name} label={label ?? t('incident.field.reason')} rules={[{ required: true, whitespace: true, message: t('incident.needReason') }]}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
}

/** A change that asks for a reason, and maybe more. */
export function Said({ incident: i, path, label, close, fields, reason = 'reason', reasonLabel, fixed }: { incident: Detail; path: string; label: string; close: () => void; fields?: ReactNode; reason?: string; reasonLabel?: string; fixed?: object }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.done'), close)
  return (
    <EntityForm<Record<string, unknown>> submitLabel={label} cancel={close} submit={(v) => act.mutateAsync({ path, body: { ...v, ...fixed } })}>
      {fields}
      <Reason name={reason} {...(reasonLabel ? { label: reasonLabel } : {})} />
    </EntityForm>
  )
}

function Correct({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const act = useAct(i, t('incident.saved'), close)
  return <IncidentForm initial={i} label={t('incident.correct')} cancel={close} submit={(said) => act.mutateAsync({ path: '', method: 'PUT', body: said })} />
}
