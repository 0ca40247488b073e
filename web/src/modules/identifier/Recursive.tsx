import { DeleteOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Card, Checkbox, Flex, Form, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, PageHeader, PageTabs, PlainTable, read, StatusTag, useChange, useFormat, type Schema } from '../../kernel'
import { cacheKey, recursiveKey, useCache, type Remembered } from './data'
import './identifier.css'
import { Rules } from './RecursiveRules'
import { useIdentifierTexts } from './texts'
import { codeText } from './Way'
import { toneOf } from './words'

type Settings = Schema<'IdentifierRecursiveSettings'>

/** How the city's recursive node works: its rules, its settings, and what it remembers. */
export default function Recursive() {
  const t = useIdentifierTexts()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'rules', label: t('recursive.rules'), children: <Rules /> },
    { key: 'settings', label: t('recursive.settings'), children: <SettingsTab /> },
    { key: 'cache', label: t('recursive.cache'), children: <Cache /> },
  ]
  const active = tabs.some((x) => x.key === params.get('tab')) ? params.get('tab')! : 'rules'
  return (
    <div className="lh-stack">
      <PageHeader title={t('recursive.title')} note={t('recursive.note')} />
      <Card size="small">
        <PageTabs label={t('recursive.title')} active={active} change={(tab) => setParams(tab === 'rules' ? {} : { tab }, { replace: true })} items={tabs} />
      </Card>
    </div>
  )
}

function SettingsTab() {
  const settings = useQuery({ queryKey: [...recursiveKey, 'settings'], queryFn: () => read(api.GET('/api/identifier/recursive/settings')) })
  if (settings.error) return <Failure problem={settings.error} retry={() => void settings.refetch()} />
  return settings.data ? <SettingsForm key={settings.data.version} settings={settings.data} /> : <Loading />
}

const rates = ['source_rate', 'handle_rate', 'server_rate'] as const
const switches = ['prefetch', 'stale', 'trust', 'demand', 'national'] as const

function SettingsForm({ settings }: { settings: Settings }) {
  const t = useIdentifierTexts()
  const change = useChange({
    run: (body: Settings) => read(api.PUT('/api/identifier/recursive/settings', { params: { header: ifMatch(settings.version) }, body: { ...body, version: settings.version } })),
    refresh: [recursiveKey],
    done: t('recursive.saved'),
    quiet: true,
  })
  return (
    <EntityForm<Settings> name="recursive" initial={settings} submit={(body) => change.mutateAsync(body)}>
      {rates.map((name) => (
        <Form.Item key={name} name={name} label={t(`recursive.${name}`)} extra={t('recursive.rateNote')}><InputNumber min={0} max={1_000_000} precision={0} style={{ width: '100%' }} /></Form.Item>
      ))}
      <Form.Item name="missing" label={t('recursive.missing')} extra={t('recursive.missingNote')}><InputNumber min={1} max={3600} precision={0} style={{ width: '100%' }} /></Form.Item>
      {switches.map((name) => (
        <Form.Item key={name} name={name} valuePropName="checked" extra={t(`recursive.${name}Note`)}><Checkbox>{t(`recursive.${name}`)}</Checkbox></Form.Item>
      ))}
    </EntityForm>
  )
}

/** What the replica that answers remembers of a prefix, and having all of them forget it. */
function Cache() {
  const t = useIdentifierTexts()
  const client = useQueryClient()
  const [prefix, setPrefix] = useState('')
  const cache = useCache(prefix)
  const forget = async (what: { handle?: string; prefix?: string }) => {
    await read(api.DELETE('/api/identifier/recursive/cache', { params: { query: what } }))
    await client.invalidateQueries({ queryKey: cacheKey })
  }
  return (
    <div className="lh-stack">
      <Flex wrap gap={8}>
        <Input.Search className="lh-rule-search" placeholder={t('recursive.cachePrefix')} aria-label={t('recursive.cachePrefix')} maxLength={200} onSearch={(text) => setPrefix(text.trim())} allowClear />
        {prefix && <Confirm title={t('recursive.forgetPrefix', { prefix })} note={t('recursive.forgetNote')} label={t('recursive.forget')} run={() => forget({ prefix })} button={{ icon: <DeleteOutlined /> }} />}
      </Flex>
      {cache.error ? <Failure problem={cache.error} retry={() => void cache.refetch()} /> : !cache.data ? <Loading /> : <CacheList items={cache.data.items} more={cache.data.more} forget={(handle) => forget({ handle })} />}
    </div>
  )
}

function CacheList({ items, more, forget }: { items: Remembered[]; more: boolean; forget: (handle: string) => Promise<unknown> }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  if (items.length === 0) return <EmptyState title={t('recursive.cacheNone')} note={t('recursive.cacheNoneNote')} />
  return (
    <>
      {more && <Alert type="info" showIcon title={t('recursive.more')} />}
      <PlainTable<Remembered>
        label={t('recursive.cache')}
        dataSource={items}
        rowKey={(x) => x.handle}
        columns={[
          { key: 'handle', title: t('field.handle'), render: (_, x) => <span className="lh-code lh-break">{x.handle}</span> },
          { key: 'answer', title: t('way.answer'), render: (_, x) => <StatusTag tone={x.stale ? 'warn' : toneOf(x.code)}>{x.stale ? t('resolve.stale') : codeText(x.code, t)}</StatusTag> },
          { key: 'values', title: t('field.values'), align: 'right', responsive: ['md'], render: (_, x) => <span className="lh-number">{f.number(x.values)}</span> },
          { key: 'until', title: t('recursive.until'), responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.time(x.until)}</span> },
          { key: 'act', title: '', render: (_, x) => <Confirm title={t('recursive.forgetHandle', { handle: x.handle })} label={t('recursive.forget')} run={() => forget(x.handle)} button={{ size: 'small', type: 'text', icon: <DeleteOutlined />, 'aria-label': t('recursive.forgetHandle', { handle: x.handle }) }} /> },
        ]}
      />
    </>
  )
}
