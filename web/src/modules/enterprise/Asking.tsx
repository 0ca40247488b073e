import { Alert, Drawer, Form, Input, InputNumber, Segmented, Select } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, EntityForm, NameFields, read, useChange, type Text } from '../../kernel'
import { roomKey, useVocabulary, type EntryDetail } from './data'
import type { EntryRequest, Field } from './requests'
import { useEnterpriseTexts } from './texts'

interface Values {
  code?: string
  name?: Partial<Text>
  district?: string
  industry?: string
  size?: string
  profile?: { address?: string; founded_on?: string; capital?: number | null; website?: string; description?: string }
  text: string
}

/** What of a form is another than the entry says. */
function changesOf(entry: EntryDetail, v: Values): { field: Field; after: string }[] {
  const p = entry.profile
  const all: [Field, string | undefined, string | undefined][] = [
    ['code', entry.code, v.code], ['name_zh', entry.name.zh, v.name?.zh], ['name_en', entry.name.en, v.name?.en], ['district', entry.district, v.district], ['industry', entry.industry, v.industry], ['size', entry.size, v.size],
    ['address', p.address, v.profile?.address], ['founded_on', p.founded_on, v.profile?.founded_on], ['capital', p.capital?.toString(), v.profile?.capital?.toString()], ['website', p.website, v.profile?.website], ['description', p.description, v.profile?.description],
  ]
  return all.flatMap(([field, before, after]) => ((before ?? '') === (after ?? '').trim() || (after === undefined && field !== 'size') ? [] : [{ field, after: (after ?? '').trim() }]))
}

/** Asks the bureau to correct an entry, or to delete it. */
export function Asking({ entry, open, close }: { entry: EntryDetail; open: boolean; close: () => void }) {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const vocabulary = useVocabulary()
  const [kind, setKind] = useState<EntryRequest['kind']>('correction')
  const keeps = entry.near === 'keeper'
  const ask = useChange({
    run: (v: Values) => read(api.POST('/api/enterprise/entries/{id}/requests', { params: { path: { id: entry.id } }, body: { kind, text: v.text, ...(kind === 'correction' ? { changes: changesOf(entry, keeps ? { code: v.code ?? '', text: v.text, size: entry.size } : { code: entry.code, ...v }) } : {}) } })),
    refresh: [roomKey], done: t('request.asked'), quiet: true, after: (q) => void go(`/enterprise/requests/${q.id}`),
  })
  const p = entry.profile
  const initial: Values = {
    code: entry.code, name: entry.name, district: entry.district, industry: entry.industry, ...(entry.size ? { size: entry.size } : {}), text: '',
    profile: { address: p.address ?? '', founded_on: p.founded_on ?? '', website: p.website ?? '', description: p.description ?? '', ...(p.capital === undefined ? {} : { capital: p.capital }) },
  }
  const missing = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <Drawer open={open} onClose={close} size={720} title={t('request.ask')} destroyOnHidden>
      <div className="lh-stack">
        <Segmented value={kind} options={(['correction', 'deletion'] as const).map((value) => ({ value, label: t(`request.kinds.${value}`) }))} onChange={setKind} />
        {kind === 'deletion' ? <Alert type="warning" showIcon title={t('request.goes')} /> : <p className="lh-note">{t(keeps ? 'request.keepNote' : 'request.otherNote')}</p>}
        <EntityForm<Values> name="request" initial={initial} submit={(v) => ask.mutateAsync(v)} submitLabel={t('request.submit')} cancel={close}>
          {kind === 'correction' && keeps && <Form.Item name="code" label={t('field.code')} rules={missing(t('field.code'))}><Input maxLength={18} autoCapitalize="characters" className="lh-code" /></Form.Item>}
          {kind === 'correction' && !keeps && (
            <>
              <NameFields name="name" label={t('field.name')} required />
              <Form.Item name="district" label={t('field.district')}><Select showSearch={{ optionFilterProp: 'label' }} options={vocabulary.options('districts')} /></Form.Item>
              <Form.Item name="industry" label={t('field.industry')}><Select showSearch={{ optionFilterProp: 'label' }} options={vocabulary.options('industries')} /></Form.Item>
              <Form.Item name="size" label={t('field.size')}><Select allowClear options={vocabulary.options('sizes')} /></Form.Item>
              <Form.Item name={['profile', 'address']} label={t('field.address')}><Input maxLength={300} /></Form.Item>
              <Form.Item name={['profile', 'founded_on']} label={t('field.foundedOn')}><Input type="date" /></Form.Item>
              <Form.Item name={['profile', 'capital']} label={t('field.capital')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
              <Form.Item name={['profile', 'website']} label={t('field.website')}><Input maxLength={300} inputMode="url" /></Form.Item>
              <Form.Item name={['profile', 'description']} label={t('field.description')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
            </>
          )}
          <Form.Item name="text" label={t('request.text')} extra={t('request.textHow')} rules={missing(t('request.text'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
        </EntityForm>
      </div>
    </Drawer>
  )
}
