import { Button, DatePicker, Form, Input, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { EmptyState, EntityForm, PlainTable, StatusTag, useFormat, useText, type Schema } from '../../kernel'
import { Reason, Said } from './IncidentActs'
import { useAct, useIncidentTexts, useOrganisations, type Detail } from './incidentData'

type Guest = Schema<'IncidentGuest'>

/** Who else was let in, and what their part is. */
export function Guests({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const [letting, setLetting] = useState(false)
  const [ending, setEnding] = useState<Guest | null>(null)
  const inside = (g: Guest) => !g.ended_at && new Date(g.until) > new Date(i.now)
  return (
    <div className="lh-stack">
      {i.acts.includes('let_in') && <div><Button type="primary" onClick={() => setLetting(true)}>{t('incident.guests.letIn')}</Button></div>}
      <PlainTable<Guest>
        scroll={{ x: '100%' }} label={t('incident.tabs.guests')} rowKey={(g) => g.id} dataSource={i.guests} locale={{ emptyText: <EmptyState title={t('incident.guests.none')} note={t('incident.guests.noneNote')} /> }}
        columns={[
          { title: t('incident.guests.organisation'), render: (_, g) => <span className="lh-two lh-wrap"><span>{text(g.organisation)}</span><span>{g.part}</span></span> },
          { title: t('incident.field.reason'), responsive: ['md'], render: (_, g) => <span className="lh-two lh-wrap"><span>{g.reason}</span><span>{t('incident.guests.by')} {g.by}</span></span> },
          { title: t('incident.guests.until'), render: (_, g) => <span className="lh-two"><span className="lh-number">{f.time(g.until)}</span>{inside(g) ? i.acts.includes('let_out') && <Button size="small" onClick={() => setEnding(g)}>{t('incident.guests.end')}</Button> : <StatusTag tone="idle">{t('incident.guests.ended')}</StatusTag>}</span> },
        ]}
      />
      <Modal open={letting} title={t('incident.guests.letIn')} footer={null} onCancel={() => setLetting(false)} destroyOnHidden><LetIn incident={i} close={() => setLetting(false)} /></Modal>
      <Modal open={ending !== null} title={ending ? text(ending.organisation) : ''} footer={null} onCancel={() => setEnding(null)} destroyOnHidden>{ending && <Said incident={i} path={`/guests/${ending.id}/end`} label={t('incident.guests.end')} close={() => setEnding(null)} />}</Modal>
    </div>
  )
}

function LetIn({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const text = useText()
  const act = useAct(i, t('incident.done'), close)
  const organisations = useOrganisations(true).filter((o) => o.kind !== 'bureau' && o.id !== i.organisation_id)
  const need = (label: string) => [{ required: true, message: t('incident.missing', { label }) }]
  return (
    <EntityForm<{ organisation_id: string; part: string; reason: string; until: Dayjs }> initial={{ until: dayjs().add(7, 'day') }} submitLabel={t('incident.guests.letIn')} cancel={close} submit={(v) => act.mutateAsync({ path: '/guests', body: { ...v, part: v.part ?? '', reason: v.reason ?? '', until: v.until.toISOString() } })}>
      <Form.Item name="organisation_id" label={t('incident.guests.organisation')} rules={need(t('incident.guests.organisation'))}><Select showSearch={{ optionFilterProp: 'label' }} options={organisations.map((o) => ({ value: o.id, label: text(o.name) }))} /></Form.Item>
      <Form.Item name="part" label={t('incident.guests.part')} rules={need(t('incident.guests.part'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      <Reason label={t('incident.guests.reason')} />
      <Form.Item name="until" label={t('incident.guests.until')} rules={need(t('incident.guests.until'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
    </EntityForm>
  )
}
