import { Button, Card, Drawer } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, LinkButton, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useLive, useMay, useText, type Column } from '../../kernel'
import { providerKey, providerTone, useMarketWords, useOwnProviders, type ProviderRow } from './market'
import { ProviderForm } from './ProviderForm'
import { useEnterpriseTexts } from './texts'
import './market.css'

/** Service providers: found by what they can do and how they answer. */
export default function Providers() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const words = useMarketWords()
  useLive('enterprise.providers', [...providerKey, 'list'])
  const yes = [{ value: 'true', label: t('market.provider.yes') }]
  return (
    <div className="lh-stack">
      <PageHeader title={t('market.provider.title')} note={t('market.provider.note')} actions={<><Ask />{may('enterprise.provider.file') && <Register />}</>} />
      <Card size="small">
        <p className="lh-note">{t('market.provider.onlineRule')}</p>
        <DataTable<ProviderRow>
          url="/api/enterprise/providers" queryKey={[...providerKey, 'list']} label={t('market.provider.title')} rowKey={(p) => p.id} columns={useProviderColumns()} search={t('market.provider.search')} exports
          filters={[
            { name: 'scenario', label: t('market.provider.field.scenario'), options: words.options('scenarios') },
            { name: 'technology', label: t('market.provider.field.technologies'), options: words.options('technologies') },
            { name: 'industry', label: t('market.provider.field.industries'), options: words.options('industries') },
            { name: 'district', label: t('market.provider.field.districts'), options: words.options('districts') },
            { name: 'status', label: t('market.provider.field.status'), options: (['applied', 'returned', 'refused', 'in_force', 'expired', 'suspended'] as const).map((s) => ({ value: s, label: t(`market.provider.status.${s}`) })) },
            { name: 'online', label: t('market.provider.onlineOnly'), options: yes },
            ...(may('enterprise.provider.review') ? [{ name: 'waiting', label: t('market.provider.waiting'), options: yes }] : []),
          ]}
          empty={<EmptyState title={t('market.provider.none')} note={t('market.provider.noneNote')} />}
        />
      </Card>
    </div>
  )
}

function useProviderColumns(): Column<ProviderRow>[] {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const words = useMarketWords()
  return [
    { key: 'name', title: t('market.provider.field.name'), sort: 'name', render: (p) => <><Link to={`/enterprise/providers/${p.id}`} className="lh-wrap">{text(p.name)}</Link> {p.mine && <StatusTag tone="info">{t('list.own')}</StatusTag>} {p.synthetic && <SyntheticMark />}</> },
    { key: 'scenarios', title: t('market.provider.field.scenarios'), from: 'md', render: (p) => <span className="lh-wrap">{f.list(words.titles('scenarios', p.scenarios))}</span> },
    { key: 'technologies', title: t('market.provider.field.technologies'), from: 'xl', render: (p) => <span className="lh-wrap">{f.list(words.titles('technologies', p.technologies))}</span> },
    { key: 'promise', title: t('market.provider.field.promise'), sort: 'promise', from: 'sm', render: (p) => <span className="lh-number">{t('market.provider.hours', { hours: p.promise })}</span> },
    { key: 'online', title: t('market.provider.field.answering'), render: (p) => <StatusTag tone={p.answering.online ? 'good' : 'idle'}>{t(p.answering.online ? 'market.provider.online' : 'market.provider.offline')}</StatusTag> },
    { key: 'status', title: t('market.provider.field.status'), from: 'lg', render: (p) => <><StatusTag tone={providerTone[p.status]}>{t(`market.provider.status.${p.status}`)}</StatusTag> {p.filing && <StatusTag tone="info">{t(`market.provider.filings.${p.filing}`)}</StatusTag>}</> },
  ]
}

/** Who does not find a provider says what is needed. */
function Ask() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [params] = useSearchParams()
  return may('enterprise.need.act') ? <LinkButton to={`/enterprise/needs?begin=${params.get('scenario') ?? ''}`}>{t('market.need.begin')}</LinkButton> : null
}

/** Registers an own enterprise that is no provider yet, or leads to the provider that it is. */
function Register() {
  const t = useEnterpriseTexts()
  const text = useText()
  const go = useNavigate()
  const own = useOwnProviders()
  const [open, show] = useState(false)
  const free = (own.data?.items ?? []).find((e) => e.provider_id === '' || e.status === 'refused')
  const is = (own.data?.items ?? []).find((e) => e.provider_id !== '' && e.status !== 'refused')
  const register = useChange({
    run: (profile: Parameters<Parameters<typeof ProviderForm>[0]['submit']>[0]) => read(api.POST('/api/enterprise/providers', { body: { entry_id: free?.id ?? '', profile } })),
    refresh: [providerKey], done: t('market.provider.submitted'), quiet: true, after: (p) => void go(`/enterprise/providers/${p.id}`),
  })
  if (!own.data) return null
  if (own.data.items.length === 0) return <LinkButton to="/enterprise/mine" title={t('market.provider.noEnterpriseNote')}>{t('market.provider.toMine')}</LinkButton>
  return (
    <>
      {is && <LinkButton to={`/enterprise/providers/${is.provider_id}`}>{t('market.provider.mine')}</LinkButton>}
      {free && <Button type="primary" onClick={() => show(true)}>{t('market.provider.register')}</Button>}
      {free && (
        <Drawer open={open} onClose={() => show(false)} size={960} title={`${t('market.provider.register')} · ${text(free.name)}`} destroyOnHidden>
          <ProviderForm submit={(p) => register.mutateAsync(p)} cancel={() => show(false)} />
        </Drawer>
      )}
    </>
  )
}
