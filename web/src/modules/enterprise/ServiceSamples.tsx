import { Button, Form, Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, DataTable, EmptyState, EntityForm, read, useChange, useFormat, useMay, type Column } from '../../kernel'
import { quarters } from './serviceFigures'
import { servicesKey, type Sample } from './services'
import { useEnterpriseTexts } from './texts'

/** Samples that auditors look at. */
export function Samples() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const may = useMay()
  const [open, show] = useState(false)
  const percent = (x: number) => `${f.number(100 * x, 1)}%`
  const columns: Column<Sample>[] = [
    { key: 'drawn', title: t('services.drawn'), sort: 'drawn_at', render: (s) => <span className="lh-two"><Link to={`/enterprise/services/samples/${s.id}`} className="lh-number">{f.time(s.drawn_at)}</Link><span>{s.drawn_name}</span></span> },
    { key: 'period', title: t('services.field.quarter'), render: (s) => <span className="lh-number">{s.first_quarter ? (s.first_quarter === s.last_quarter ? s.first_quarter : `${s.first_quarter}–${s.last_quarter}`) : t('services.all')}</span> },
    { key: 'population', title: t('services.population'), align: 'right', from: 'sm', render: (s) => <span className="lh-number">{f.number(s.population, 0)}</span> },
    { key: 'size', title: t('services.sample'), align: 'right', render: (s) => <span className="lh-number">{f.number(s.size, 0)}</span> },
    { key: 'judged', title: t('services.judged'), align: 'right', from: 'sm', render: (s) => <span className="lh-number">{f.number(s.judged, 0)}</span> },
    { key: 'rate', title: t('services.rate'), align: 'right', render: (s) => (s.rate ? <span className="lh-two"><span className="lh-number">{percent(s.rate.share)}</span><span className="lh-number">{percent(s.rate.low)}–{percent(s.rate.high)}</span></span> : '–') },
    { key: 'seed', title: t('services.seedShown'), from: 'lg', render: (s) => <span className="lh-code lh-wrap">{s.seed}</span> },
  ]
  return (
    <div className="lh-stack">
      {may('enterprise.service.sample') && <div><Button type="primary" onClick={() => show(true)}>{t('services.draw')}</Button></div>}
      <DataTable<Sample> url="/api/enterprise/services/samples" queryKey={[...servicesKey, 'samples']} label={t('services.samples')} rowKey={(s) => s.id} columns={columns} exports views="" prefix="s." empty={<EmptyState title={t('services.noSamples')} note={t('services.drawNote')} />} />
      {open && <Draw close={() => show(false)} />}
    </div>
  )
}

interface Values { quarter?: string; size: number; seed?: string }

function Draw({ close }: { close: () => void }) {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const draw = useChange({
    run: (v: Values) => read(api.POST('/api/enterprise/services/samples', { body: { size: v.size, ...(v.quarter ? { quarter: v.quarter } : {}), ...(v.seed ? { seed: v.seed } : {}) } })),
    refresh: [servicesKey], quiet: true, after: (s) => void go(`/enterprise/services/samples/${s.id}`),
  })
  return (
    <Modal open onCancel={close} title={t('services.draw')} footer={null}>
      <EntityForm<Values> name="draw" initial={{ quarter: '', size: 50 }} submit={(v) => draw.mutateAsync(v)} submitLabel={t('services.draw')} cancel={close}>
        <p className="lh-note">{t('services.drawNote')}</p>
        <Form.Item name="quarter" label={t('services.field.quarter')}><Select options={[{ value: '', label: t('services.all') }, ...quarters(new Date()).map((q) => ({ value: q, label: q }))]} /></Form.Item>
        <Form.Item name="size" label={t('services.size')}><InputNumber min={1} max={1000} precision={0} /></Form.Item>
        <Form.Item name="seed" label={t('services.seed')}><Input maxLength={64} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}
