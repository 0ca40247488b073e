import { DeleteOutlined } from '@ant-design/icons'
import { Button, Card, DatePicker, Form, Input, Radio, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState, type Dispatch, type SetStateAction } from 'react'
import { useNavigate } from 'react-router'
import { api, EntityForm, PageHeader, read, UploadButton, useChange, useMay } from '../../kernel'
import { servicesKey, evidencePath } from './services'
import { useMatters } from './Services'
import { useEnterpriseTexts } from './texts'
import './enterprise.css'

interface Values { code: string; who?: 'city' | 'other'; provider?: string; provider_name?: string; matter: string; about: string; started_on: Dayjs; ended_on?: Dayjs; evidence?: string }
interface Kept { id: string; name: string }

/** Records a service: the bureau for anybody, others for themselves. */
export default function ServiceForm() {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const bureau = useMay()('enterprise.service.count')
  const matters = useMatters()
  const [files, setFiles] = useState<Kept[]>([])
  const [who, setWho] = useState<'city' | 'other'>('city')
  const need = (label: string) => [{ required: true, message: t('services.missing', { label }) }]
  const record = useChange({
    run: (v: Values) => read(api.POST('/api/enterprise/services', {
      body: {
        code: v.code, matter: v.matter, about: v.about, started_on: v.started_on.format('YYYY-MM-DD'), ...(v.ended_on ? { ended_on: v.ended_on.format('YYYY-MM-DD') } : {}), evidence: files.map((f) => f.id),
        ...(bureau ? { provider: who === 'city' ? 'city' : (v.provider ?? ''), provider_name: v.provider_name ?? '' } : {}),
      },
    })),
    refresh: [servicesKey], done: t('services.recordDone'), quiet: true, after: (s) => void go(`/enterprise/services/${s.id}`),
  })
  return (
    <div className="lh-stack">
      <PageHeader title={t('services.recordTitle')} note={t('services.recordNote')} />
      <Card size="small">
        <EntityForm<Values> name="service" submit={(v) => record.mutateAsync(v)} submitLabel={t('services.save')} cancel={() => void go(-1)}>
          <Form.Item name="code" label={t('services.field.code')} rules={need(t('services.field.code'))}><Input maxLength={18} className="lh-code" /></Form.Item>
          {bureau && <Form.Item label={t('services.who')}><Radio.Group aria-label={t('services.who')} value={who} onChange={(e) => setWho(e.target.value as 'city' | 'other')} options={[{ value: 'city', label: t('services.city') }, { value: 'other', label: t('services.other') }]} /></Form.Item>}
          {bureau && who === 'other' && (
            <>
              <Form.Item name="provider" label={t('services.field.providerCode')} rules={need(t('services.field.providerCode'))}><Input maxLength={18} className="lh-code" /></Form.Item>
              <Form.Item name="provider_name" label={t('services.field.providerName')} rules={need(t('services.field.providerName'))}><Input maxLength={200} /></Form.Item>
            </>
          )}
          <Form.Item name="matter" label={t('services.field.matter')} rules={need(t('services.field.matter'))}><Select options={matters.options} /></Form.Item>
          <Form.Item name="about" label={t('services.field.about')} extra={t('services.aboutNote')} rules={need(t('services.field.about'))}><Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
          <div className="lh-pair">
            <Form.Item name="started_on" label={t('services.field.started')} rules={need(t('services.field.started'))}><DatePicker /></Form.Item>
            <Form.Item name="ended_on" label={t('services.field.ended')}><DatePicker /></Form.Item>
          </div>
          <Form.Item name="evidence" label={t('services.field.evidence')}><Proofs files={files} change={setFiles} /></Form.Item>
        </EntityForm>
      </Card>
    </div>
  )
}

/** Files that prove a service: uploaded at once, named when it is recorded. */
export function Proofs({ files, change, most = 20 }: { files: Kept[]; change: Dispatch<SetStateAction<Kept[]>>; most?: number }) {
  const t = useEnterpriseTexts()
  return (
    <>
      <ul className="lh-enterprise-files">
        {files.map((f) => <li key={f.id}><span className="lh-wrap">{f.name}</span><Button size="small" type="text" icon={<DeleteOutlined />} aria-label={t('services.remove', { name: f.name })} onClick={() => change((old) => old.filter((x) => x.id !== f.id))} /></li>)}
      </ul>
      <UploadButton<Kept> to={evidencePath} label={t('services.attach')} took={(file) => change((old) => [...old, file].slice(-most))} />
    </>
  )
}
