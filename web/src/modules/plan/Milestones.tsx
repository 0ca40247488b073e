import { Button, Checkbox, DatePicker, Drawer, Form, InputNumber } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, ifMatch, NameFields, read, StatusTag, useChange, useFormat, useMay, useText, type Text, type Tone } from '../../kernel'
import { roomKey, useQuantity, type Milestone, type TargetDetail } from './data'
import { usePlanTexts } from './texts'

const tones: Record<Milestone['state'], Tone> = { met: 'good', overdue: 'bad', open: 'idle' }

interface Values {
  title: Partial<Text>
  due: Dayjs
  goal?: number | null
  done?: boolean
}

/** The steps on the way to a target. */
export function Milestones({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const text = useText()
  const f = useFormat()
  const q = useQuantity()
  const may = useMay()
  const [editing, setEditing] = useState<Milestone | 'new' | null>(null)
  const manage = may('plan.manage') && target.may_manage
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/plan/milestones/{id}', { params: { path: { id } } })), refresh: [roomKey], quiet: true })
  const add = manage && <Button onClick={() => setEditing('new')}>{t('milestone.add')}</Button>
  return (
    <>
      {target.milestones.length === 0 ? <EmptyState title={t('milestone.none')} note={t('milestone.noneNote')} action={add} /> : <div className="lh-list-bar">{add}</div>}
      <ul className="lh-rows">
        {target.milestones.map((m) => (
          <li key={m.id} className="lh-row">
            <span className="lh-two">
              <span>{text(m.title)}</span>
              <span>{f.date(m.due)}{m.goal !== null && ` · ${q.number(m.goal)} ${text(target.unit)}`}</span>
            </span>
            <span className="lh-evidence">
              <StatusTag tone={tones[m.state]}>{t(`milestone.${m.state}`)}</StatusTag>
              {manage && <Button size="small" onClick={() => setEditing(m)}>{t('plans.edit')}</Button>}
              {manage && <Confirm title={t('milestone.remove')} label={t('plans.remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(m.id)} />}
            </span>
          </li>
        ))}
      </ul>
      <Edit target={target} milestone={editing} close={() => setEditing(null)} />
    </>
  )
}

function Edit({ target, milestone, close }: { target: TargetDetail; milestone: Milestone | 'new' | null; close: () => void }) {
  const t = usePlanTexts()
  const old = milestone === 'new' || milestone === null ? null : milestone
  const save = useChange({
    run: (v: Values): Promise<unknown> => {
      const title = { zh: v.title.zh?.trim() ?? '', en: v.title.en?.trim() ?? '' }
      const body = { title: { zh: title.zh || title.en, en: title.en || title.zh }, due: v.due.format('YYYY-MM-DD'), done: v.done ?? false, ...(v.goal === null || v.goal === undefined ? {} : { goal: v.goal }) }
      if (old) return read(api.PUT('/api/plan/milestones/{id}', { params: { path: { id: old.id }, header: ifMatch(old.version) }, body }))
      return read(api.POST('/api/plan/targets/{id}/milestones', { params: { path: { id: target.id } }, body }))
    },
    refresh: [roomKey],
    done: t('target.saved'),
    after: close,
    quiet: true,
  })
  const initial: Partial<Values> = old ? { title: old.title, due: dayjs(old.due), goal: old.goal, done: old.done_at !== null } : {}
  return (
    <Drawer open={milestone !== null} onClose={close} size={560} title={old ? t('milestone.edit') : t('milestone.add')} destroyOnHidden>
      <EntityForm<Values> initial={initial} submit={(v) => save.mutateAsync(v)} cancel={close}>
        <NameFields name="title" label={t('field.title')} required />
        <div className="lh-pair">
          <Form.Item name="due" label={t('field.due')} rules={[{ required: true, message: t('milestone.dueMissing') }]}>
            <DatePicker style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="goal" label={t('field.goal')} extra={t('milestone.goalNote')}>
            <InputNumber style={{ width: '100%' }} />
          </Form.Item>
        </div>
        {old && (
          <Form.Item name="done" valuePropName="checked">
            <Checkbox>{t('milestone.done')}</Checkbox>
          </Form.Item>
        )}
      </EntityForm>
    </Drawer>
  )
}
