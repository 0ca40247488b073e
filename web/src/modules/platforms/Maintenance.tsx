import { PlusOutlined } from '@ant-design/icons'
import { Button, DatePicker, Form, Input, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { api, Confirm, EntityForm, ifMatch, read, StatusTag, useChange, useFormat, useMay } from '../../kernel'
import { availabilityKey, type Window } from './availability'
import { usePlatformTexts } from './texts'

/** Planned stops of a platform: announced before they begin, changed until then. */
export function Maintenance({ platform, windows }: { platform: string; windows: Window[] }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const [edited, edit] = useState<Window | 'new' | null>(null)
  const remove = useChange({
    run: (w: string) => read(api.DELETE('/api/platforms/{id}/availability/windows/{window}', { params: { path: { id: platform, window: w } } })),
    refresh: [availabilityKey(platform)], done: t('availability.cancelled'), quiet: true,
  })
  const state = (w: Window) => (w.over ? 'over' : w.begun ? 'now' : 'planned')
  return (
    <section aria-label={t('availability.maintenance')}>
      <div className="lh-bar lh-list-bar">
        <h3 className="lh-section-head">{t('availability.maintenance')}</h3>
        {may('platforms.register') && <Button size="small" icon={<PlusOutlined />} onClick={() => edit('new')}>{t('availability.announce')}</Button>}
      </div>
      {windows.length === 0 ? <span className="lh-muted">{t('availability.noWindows')}</span> : (
        <ul className="lh-targets">
          {windows.map((w) => (
            <li key={w.id} className="lh-window">
              <span className="lh-two"><span className="lh-number">{f.time(w.from)} – {f.time(w.to)}</span><span className="lh-wrap">{w.reason}</span></span>
              <StatusTag tone={state(w) === 'now' ? 'info' : state(w) === 'planned' ? 'warn' : 'idle'}>{t(`availability.window.${state(w)}`)}</StatusTag>
              <span className="lh-target-acts">
                {may('platforms.register') && !w.begun && (
                  <>
                    <Button size="small" onClick={() => edit(w)}>{t('availability.change')}</Button>
                    <Confirm title={t('availability.cancelTitle')} label={t('availability.cancel')} run={() => remove.mutateAsync(w.id)} button={{ size: 'small' }} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      <WindowForm platform={platform} edited={edited} close={() => edit(null)} />
    </section>
  )
}

interface Values { from: Dayjs; to: Dayjs; reason: string }

function WindowForm({ platform, edited, close }: { platform: string; edited: Window | 'new' | null; close: () => void }) {
  const t = usePlatformTexts()
  const old = edited === 'new' ? null : edited
  const save = useChange({
    run: (v: Values) => {
      const body = { from: v.from.toISOString(), to: v.to.toISOString(), reason: v.reason }
      if (!old) return read(api.POST('/api/platforms/{id}/availability/windows', { params: { path: { id: platform } }, body }))
      return read(api.PUT('/api/platforms/{id}/availability/windows/{window}', { params: { path: { id: platform, window: old.id }, header: ifMatch(old.version) }, body }))
    },
    refresh: [availabilityKey(platform)], done: t('availability.announced'), after: close, quiet: true,
  })
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <Modal open={edited !== null} title={t('availability.announce')} footer={null} onCancel={close} destroyOnHidden>
      <EntityForm<Values> initial={old ? { from: dayjs(old.from), to: dayjs(old.to), reason: old.reason } : {}} submit={(v) => save.mutateAsync(v)} cancel={close} name="window">
        <p className="lh-note">{t('availability.announceNote')}</p>
        <Form.Item name="from" label={t('availability.from')} rules={need(t('availability.from'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="to" label={t('availability.to')} rules={need(t('availability.to'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="reason" label={t('availability.what')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('availability.what') }) }]}><Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}
