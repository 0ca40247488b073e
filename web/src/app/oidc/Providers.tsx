import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Form, Input, Switch } from 'antd'
import { useState } from 'react'
import { api, Confirm, CopyBlock, DataTable, EmptyState, EntityForm, ifMatch, NameFields, PageHeader, read, StatusTag, useChange, useFormat, useText, type Column, type Schema } from '../../kernel'
import { listOf, providersKey, type Provider } from './data'
import { useProgramTexts } from './texts'

type Wanted = Schema<'OidcProviderInput'>
/** What the form holds: lists are typed one to a line. */
interface Values extends Omit<Wanted, 'domains' | 'acr_values'> {
  domains: string
  acr_values: string
}

/** Providers of others by whose word people sign in here. */
export default function Providers() {
  const t = useProgramTexts()
  const [edited, setEdited] = useState<Provider | 'new' | null>(null)
  const [made, setMade] = useState<Provider | null>(null)
  const close = () => {
    setEdited(null)
    setMade(null)
  }
  return (
    <>
      <PageHeader title={t('providers.title')} note={t('providers.note')} actions={<Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>{t('providers.add')}</Button>} />
      <DataTable<Provider>
        url="/api/oidc/providers"
        queryKey={providersKey}
        label={t('providers.title')}
        rowKey={(p) => p.id}
        columns={useColumns(setEdited)}
        search={t('providers.search')}
        exports
        empty={<EmptyState title={t('providers.empty')} note={t('providers.emptyNote')} />}
      />
      <Drawer open={edited !== null || made !== null} onClose={close} size={600} destroyOnHidden title={made ? t('providers.added') : edited === 'new' ? t('providers.add') : t('providers.edit')}>
        {made ? (
          <div className="lh-stack">
            <div>{t('providers.callback')}</div>
            <CopyBlock text={made.callback} label={t('providers.callback')} oneLine />
            <div><Button type="primary" onClick={close}>{t('providers.close')}</Button></div>
          </div>
        ) : edited && <ProviderForm provider={edited === 'new' ? null : edited} close={close} made={setMade} />}
      </Drawer>
    </>
  )
}

function useColumns(edit: (p: Provider) => void): Column<Provider>[] {
  const t = useProgramTexts()
  const f = useFormat()
  const text = useText()
  const by = (id: string) => ({ params: { path: { id } } })
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/oidc/providers/{id}', by(id))), refresh: [providersKey], done: t('providers.removed'), quiet: true })
  return [
    { key: 'name', title: t('providers.name'), sort: 'name', render: (p) => <span className="lh-two"><span>{text(p.name)}</span><span className="lh-code">{p.issuer}</span></span> },
    { key: 'domains', title: t('providers.domains'), from: 'md', render: (p) => (p.domains.length ? f.list(p.domains) : t('providers.byHand')) },
    {
      key: 'state', title: t('providers.state'), from: 'sm',
      render: (p) => (
        <span className="lh-two">
          <StatusTag tone={p.enabled ? 'good' : 'idle'}>{t(p.enabled ? 'providers.on' : 'providers.off')}</StatusTag>
          {p.second_factor && <span>{t('providers.counts')}</span>}
        </span>
      ),
    },
    {
      key: 'act', title: t('providers.actions'), align: 'right',
      render: (p) => (
        <span className="lh-actions">
          <TestButton id={p.id} />
          <Button size="small" onClick={() => edit(p)}>{t('providers.change')}</Button>
          <Confirm title={t('providers.removeTitle')} note={t('providers.removeNote')} label={t('providers.remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(p.id)} />
        </span>
      ),
    },
  ]
}

/** Reads the provider's metadata now, and shows beside itself what is wrong with it. */
function TestButton({ id }: { id: string }) {
  const t = useProgramTexts()
  const test = useChange({ run: () => read(api.POST('/api/oidc/providers/{id}/test', { params: { path: { id } } })) })
  return (
    <>
      {test.data && <span role="status"><StatusTag tone={test.data.ok ? 'good' : 'bad'}>{test.data.ok ? t('providers.works') : test.data.answer}</StatusTag></span>}
      <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>{t('providers.test')}</Button>
    </>
  )
}

function ProviderForm({ provider, close, made }: { provider: Provider | null; close: () => void; made: (p: Provider) => void }) {
  const t = useProgramTexts()
  const save = useChange({
    run: (v: Values) => {
      const body: Wanted = { ...v, name: { zh: v.name?.zh?.trim() ?? '', en: v.name?.en?.trim() ?? '' }, secret: v.secret?.trim() ?? '', domains: listOf(v.domains), acr_values: listOf(v.acr_values) }
      if (!provider) return read(api.POST('/api/oidc/providers', { body }))
      return read(api.PUT('/api/oidc/providers/{id}', { params: { path: { id: provider.id }, header: ifMatch(provider.version) }, body }))
    },
    refresh: [providersKey],
    done: t('providers.saved'),
    after: (p) => (provider ? close() : made(p)),
    quiet: true,
  })
  const initial: Partial<Values> = provider
    ? { name: provider.name, issuer: provider.issuer, client_id: provider.client_id, domains: provider.domains.join('\n'), acr_values: provider.acr_values.join('\n'), second_factor: provider.second_factor, enabled: provider.enabled }
    : { second_factor: false, enabled: true }
  const missing = (label: string) => [{ required: true, whitespace: true, message: t('programs.missing', { label }) }]
  return (
    <EntityForm<Values> initial={initial} submit={(v) => save.mutateAsync(v)} cancel={close}>
      <NameFields name="name" label={t('providers.name')} required />
      <Form.Item name="issuer" label={t('providers.issuer')} extra={t('providers.issuerNote')} rules={missing(t('providers.issuer'))}>
        <Input maxLength={300} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item name="client_id" label={t('providers.clientID')} rules={missing(t('providers.clientID'))}>
        <Input maxLength={200} className="lh-code" spellCheck={false} autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label={t('providers.secret')} extra={t(provider?.has_secret ? 'providers.keepSecret' : 'providers.secretNote')}>
        <Input.Password maxLength={500} autoComplete="off" />
      </Form.Item>
      <Form.Item name="domains" label={t('providers.domains')} extra={t('providers.domainsNote')}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 8 }} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item name="second_factor" label={t('providers.factor')} extra={t('providers.factorNote')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="acr_values" label={t('providers.acr')} extra={t('providers.acrNote')}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 6 }} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item name="enabled" label={t('providers.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
      {provider && (
        <>
          <div className="lh-muted">{t('providers.callback')}</div>
          <CopyBlock text={provider.callback} label={t('providers.callback')} oneLine />
        </>
      )}
    </EntityForm>
  )
}
