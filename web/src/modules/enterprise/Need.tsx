import { Alert, Button, Card, Drawer, Input } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, LinkButton, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText, type Schema } from '../../kernel'
import { needKey, useMarketWords, useNeed, type Need as Detail } from './market'
import { Agreement } from './NeedAgreement'
import { FittingScenarios } from './NeedFits'
import { NeedForm } from './NeedForm'
import { Invitees } from './NeedInvitees'
import { Invitations, Offers, Suggestions } from './NeedOffers'
import { NeedState } from './Needs'
import { useEnterpriseTexts } from './texts'
import './market.css'

/** One need, and what came of it, as far as the reader may see it. */
export default function Need() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const n = useNeed(id)
  if (n.error) return <><PageHeader title={t('market.need.title')} /><Failure problem={n.error} retry={() => void n.refetch()} /></>
  return n.data ? <Page n={n.data} /> : <Loading />
}

function Page({ n }: { n: Detail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const words = useMarketWords()
  const owner = n.side === 'owner'
  return (
    <div className="lh-stack">
      <PageHeader title={n.title} note={text(n.name)} actions={<Actions n={n} />} marks={<><NeedState need={n} />{n.confidential && <StatusTag tone="warn">{t('market.need.confidential')}</StatusTag>}{n.synthetic && <SyntheticMark />}</>} />
      {n.reason && <Alert type="info" showIcon title={t('market.provider.reasonOf', { reason: n.reason })} />}
      {n.state === 'completed' && (n.side === 'owner' || n.side === 'partner') && <Alert type="success" showIcon title={t('market.need.counted')} action={<LinkButton size="small" to="/enterprise/services?matter=matchmaking">{t('market.need.toServices')}</LinkButton>} />}
      <Card size="small">
        <Particulars
          items={[
            { key: 'text', label: t('market.need.field.text'), children: <span className="lh-market-text">{n.text}</span> },
            { key: 'scenario', label: t('market.need.field.scenario'), children: words.title('scenarios', n.scenario) },
            { key: 'technologies', label: t('market.need.field.technologies'), children: f.list(words.titles('technologies', n.technologies)) || none },
            { key: 'budget', label: t('market.need.field.budget'), children: n.budget_from === undefined ? none : <span className="lh-number">{f.number(n.budget_from)}–{f.number(n.budget_to ?? 0)}</span> },
            { key: 'until', label: t('market.need.field.until'), children: <span className="lh-number">{f.time(n.reply_until)}</span> },
            ...(n.on_site ? [{ key: 'on_site', label: t('market.need.field.onSite'), children: t('market.need.onSite') }] : []),
            ...(n.invite.length > 0 && n.state === 'draft' ? [{ key: 'invite', label: t('market.need.inviteOnPublish'), children: <Invitees value={n.invite} /> }] : []),
            { key: 'confidential', label: t('market.need.field.confidential'), children: t(n.confidential ? 'market.need.confidentialNote' : 'market.need.open') },
          ]}
        />
      </Card>
      {n.passed.length > 0 && n.state === 'open' && <Alert type="warning" showIcon title={t('market.need.passed', { names: f.list(n.passed.map((p) => text(p.name))) })} />}
      <Agreement n={n} />
      <Offers n={n} />
      {n.invitations.length > 0 && <Card size="small" title={t('market.need.invitations')}><Invitations n={n} /></Card>}
      {owner && n.acts.includes('invite') && <Card size="small" title={t('market.need.suggestions')}><Suggestions n={n} /></Card>}
      {(n.state === 'draft' || n.state === 'open') && <Card size="small" title={t('market.need.scenarios')}><FittingScenarios n={n} /></Card>}
      {n.steps.length > 0 && <Card size="small" title={t('market.need.history')}><Steps n={n} /></Card>}
    </div>
  )
}

function Steps({ n }: { n: Detail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const named = (id: string) => { const p = n.parties.find((x) => x.provider_id === id); return p ? text(p.name) : '' }
  return (
    <PlainTable<Schema<'NeedStep'>>
      label={t('market.need.history')} rowKey="number" dataSource={n.steps} pagination={n.steps.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { key: 'at', title: t('history.at'), render: (_, s) => <span className="lh-number">{f.time(s.at)}</span> },
        { key: 'kind', title: t('history.kind'), render: (_, s) => <span className="lh-two lh-wrap"><span>{t(`market.need.acts.${s.kind as 'edit'}`)} {['deliver', 'decide', 'complete'].includes(s.kind) ? s.reason : ''}</span><span>{named(s.provider_id)}</span></span> },
        { key: 'by', title: t('history.by'), responsive: ['sm'], render: (_, s) => [t(`market.need.sides.${s.side as Detail['side'] | 'clock'}`), s.name].filter(Boolean).join(' · ') },
        { key: 'reason', title: t('history.reason'), responsive: ['md'], render: (_, s) => <span className="lh-wrap">{['deliver', 'decide', 'complete'].includes(s.kind) ? none : s.reason || none}</span> },
      ]}
    />
  )
}

function Actions({ n }: { n: Detail }) {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const [editing, edit] = useState(false)
  const [reason, setReason] = useState('')
  const path = { id: n.id }
  const opts = { refresh: [needKey], done: t('market.need.done'), quiet: true }
  const change = useChange({ run: (b: Schema<'NeedBody'>) => read(api.PUT('/api/enterprise/needs/{id}', { params: { path, header: ifMatch(n.version) }, body: b })), ...opts, done: t('market.need.saved'), after: () => edit(false) })
  const publish = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/publication', { params: { path } })), ...opts, done: t('market.need.published') })
  const close = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/closing', { params: { path } })), ...opts })
  const withdraw = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/withdrawal', { params: { path }, body: { reason } })), ...opts })
  const discard = useChange({ run: () => read(api.DELETE('/api/enterprise/needs/{id}', { params: { path } })), refresh: [[...needKey, 'list']], done: t('market.need.discarded'), quiet: true, after: () => void go('/enterprise/needs') })
  const can = (act: Detail['acts'][number]) => n.acts.includes(act)
  return (
    <>
      {can('publish') && <Confirm title={t('market.need.publishTitle')} note={<p>{t('market.need.publishNote')}</p>} label={t('market.need.publish')} danger={false} run={() => publish.mutateAsync()} button={{ type: 'primary' }} />}
      {can('edit') && <Button onClick={() => edit(true)}>{t('market.need.edit')}</Button>}
      {can('edit') && <Confirm title={t('market.need.discard')} label={t('market.need.discard')} run={() => discard.mutateAsync()} />}
      {can('close') && <Confirm title={t('market.need.close')} note={<p>{t('market.need.closeNote')}</p>} label={t('market.need.close')} danger={false} run={() => close.mutateAsync()} />}
      {can('withdraw') && (
        <Confirm title={t('market.need.withdraw')} note={<p>{t('market.need.withdrawNote')}</p>} label={t('market.need.withdraw')} disabled={reason.trim() === ''} run={() => withdraw.mutateAsync()}>
          <Input.TextArea aria-label={t('market.need.reason')} placeholder={t('market.need.reason')} maxLength={2000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
        </Confirm>
      )}
      <Drawer open={editing} onClose={() => edit(false)} size={840} title={t('market.need.edit')} destroyOnHidden><NeedForm need={n} submit={(b) => change.mutateAsync(b)} cancel={() => edit(false)} /></Drawer>
    </>
  )
}
