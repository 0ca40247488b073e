import { Button, Card, Drawer, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, LinkButton, none, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useLive, useMay, useText, type Column, type Schema } from '../../kernel'
import { needKey, needTone, useMarketWords, useOwnProviders, type NeedRow } from './market'
import { NeedForm } from './NeedForm'
import { useEnterpriseTexts } from './texts'
import './market.css'

const states = ['draft', 'open', 'chosen', 'agreed', 'disputed', 'completed', 'terminated', 'withdrawn', 'lapsed'] as const

/** Needs of enterprises, and what came of them. */
export default function Needs() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const words = useMarketWords()
  useLive('enterprise.needs', [...needKey, 'list'])
  const thisYear = new Date().getFullYear()
  const columns: Column<NeedRow>[] = [
    {
      key: 'title', title: t('market.need.field.title'), sort: 'title',
      render: (n) => <span className="lh-two lh-wrap"><span><Link to={`/enterprise/needs/${n.id}`}>{n.title}</Link> {n.confidential && <StatusTag tone="warn">{t('market.need.confidential')}</StatusTag>} {n.synthetic && <SyntheticMark />}</span><span>{text(n.name)}{n.mine && ` · ${t('list.own')}`}</span></span>,
    },
    { key: 'scenario', title: t('market.need.field.scenario'), from: 'sm', render: (n) => words.title('scenarios', n.scenario) },
    { key: 'state', title: t('market.need.field.state'), render: (n) => <NeedState need={n} /> },
    { key: 'until', title: t('market.need.field.until'), sort: 'reply_until', from: 'md', render: (n) => <span className="lh-number">{f.time(n.reply_until)}</span> },
    { key: 'agreed', title: t('market.need.field.agreed'), sort: 'agreed_at', from: 'lg', render: (n) => <span className="lh-number">{n.agreed_at ? f.time(n.agreed_at) : none}</span> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('market.need.title')} note={t('market.need.note')} actions={may('enterprise.need.act') ? <Begin /> : null} />
      <Card size="small">
        <DataTable<NeedRow>
          url="/api/enterprise/needs" queryKey={[...needKey, 'list']} label={t('market.need.title')} rowKey={(n) => n.id} columns={columns} search={t('market.need.search')} exports
          filters={[
            { name: 'mine', label: t('market.need.whose'), options: (['own', 'invited', 'offered'] as const).map((m) => ({ value: m, label: t(`market.need.${m}`) })) },
            { name: 'state', label: t('market.need.field.state'), options: states.map((s) => ({ value: s, label: t(`market.need.states.${s}`) })) },
            { name: 'scenario', label: t('market.need.field.scenario'), options: words.options('scenarios') },
            { name: 'agreed', label: t('market.need.agreedOnly'), options: [{ value: 'true', label: t('market.provider.yes') }] },
            { name: 'year', label: t('market.need.year'), options: [0, 1, 2, 3].map((n) => ({ value: String(thisYear - n), label: String(thisYear - n) })) },
            { name: 'quarter', label: t('market.need.quarter'), options: [1, 2, 3, 4].map((n) => ({ value: String(n), label: t('market.need.quarterOf', { n }) })) },
          ]}
          empty={<EmptyState title={t('market.need.none')} note={t('market.need.noneNote')} />}
        />
      </Card>
    </div>
  )
}

/** The state of a need, and that an open one waits for the choice. */
export function NeedState({ need: n }: { need: Pick<NeedRow, 'state' | 'replying'> }) {
  const t = useEnterpriseTexts()
  return <StatusTag tone={needTone[n.state]}>{n.state === 'open' && !n.replying ? t('market.need.choosing') : t(`market.need.states.${n.state}`)}</StatusTag>
}

/** Begins a need of an own enterprise. */
function Begin() {
  const t = useEnterpriseTexts()
  const text = useText()
  const go = useNavigate()
  const own = useOwnProviders()
  const [params, setParams] = useSearchParams()
  const open = params.get('begin') !== null
  const show = (on: boolean) => setParams((p) => { if (on) p.set('begin', ''); else { p.delete('begin'); p.delete('invite') } return p }, { replace: !on })
  const [picked, pick] = useState('')
  const list = own.data?.items ?? []
  const entry = list.find((e) => e.id === picked) ?? list[0]
  const begin = useChange({
    run: (need: Schema<'NeedBody'>) => read(api.POST('/api/enterprise/needs', { body: { entry_id: entry?.id ?? '', need } })),
    refresh: [needKey], quiet: true, done: t('market.need.saved'), after: (n) => void go(`/enterprise/needs/${n.id}`),
  })
  if (!own.data) return null
  if (!entry) return <LinkButton to="/enterprise/mine" title={t('market.need.noEnterpriseNote')}>{t('market.provider.toMine')}</LinkButton>
  return (
    <>
      <Button type="primary" onClick={() => show(true)}>{t('market.need.begin')}</Button>
      <Drawer open={open} onClose={() => show(false)} size={840} title={`${t('market.need.begin')} · ${text(entry.name)}`} destroyOnHidden>
        {list.length > 1 && <Select aria-label={t('market.need.field.entry')} value={entry.id} onChange={pick} options={list.map((e) => ({ value: e.id, label: text(e.name) }))} className="lh-market-wide" />}
        <NeedForm scenario={params.get('begin') ?? ''} invite={params.get('invite') ?? ''} submit={(b) => begin.mutateAsync(b)} cancel={() => show(false)} />
      </Drawer>
    </>
  )
}
