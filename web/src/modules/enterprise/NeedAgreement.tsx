import { Alert, Card, Input, Rate, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, none, Particulars, read, StatusTag, useChange, useFormat } from '../../kernel'
import { milestoneTone, needKey, type Milestone, type Need } from './market'
import { PlanView, useParty } from './NeedOffers'
import { useEnterpriseTexts } from './texts'

/** What both sides agreed on, how it is carried out, and what they say of each other. */
export function Agreement({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  if (!n.terms) return null
  return (
    <>
      <Card size="small" title={t('market.need.agreement')}><TermsView n={n} /></Card>
      {n.milestones.length > 0 && <Card size="small" title={t('market.need.milestones')}>{n.milestones.map((m) => <MilestoneView key={m.number} n={n} m={m} />)}</Card>}
      {(n.disputes.length > 0 || n.acts.includes('dispute')) && <Card size="small" title={t('market.need.dispute')}><Disputes n={n} /></Card>}
      {n.rate_until && <Card size="small" title={t('market.need.rating')}><Ratings n={n} /></Card>}
    </>
  )
}

function TermsView({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const name = useParty(n)
  const [reason, setReason] = useState('')
  const confirm = useChange({ run: (accept: boolean) => read(api.POST('/api/enterprise/needs/{id}/confirmation', { params: { path: { id: n.id } }, body: accept ? { accept, digest: n.digest } : { accept, reason } })), refresh: [needKey], done: t('market.need.done'), quiet: true })
  const terms = n.terms
  if (!terms) return null
  return (
    <>
      {n.state === 'chosen' && <Alert type="info" showIcon className="lh-form-problem" title={t(n.side === 'partner' ? 'market.need.confirmUntil' : 'market.need.waitsConfirm', { time: f.time(n.confirm_until) })} />}
      <Particulars
        items={[
          { key: 'provider', label: t('market.need.provider'), children: <Link to={`/enterprise/providers/${terms.provider_id}`}>{name(terms.provider_id)}</Link> },
          { key: 'agreed', label: t('market.need.agreedAt'), children: <span className="lh-number">{n.agreed_at ? f.time(n.agreed_at) : none}</span> },
          { key: 'digest', label: t('market.need.digest'), children: <span className="lh-code lh-wrap">{n.digest}</span> },
        ]}
      />
      <PlanView plan={terms.plan} />
      <div className="lh-market-acts">
        {n.acts.includes('confirm') && <Confirm title={t('market.need.confirm')} note={<p>{t('market.need.confirmNote')}</p>} label={t('market.need.confirm')} danger={false} run={() => confirm.mutateAsync(true)} button={{ type: 'primary' }} />}
        {n.acts.includes('decline') && (
          <Confirm title={t('market.need.declineChoice')} label={t('market.need.declineChoice')} disabled={reason.trim() === ''} run={() => confirm.mutateAsync(false)}>
            <Input.TextArea aria-label={t('market.need.reason')} placeholder={t('market.need.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
          </Confirm>
        )}
      </div>
    </>
  )
}

function MilestoneView({ n, m }: { n: Need; m: Milestone }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const [text, setText] = useState('')
  const path = { id: n.id, number: m.number }
  const opts = { refresh: [needKey], done: t('market.need.done'), quiet: true, after: () => setText('') }
  const deliver = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/milestones/{number}/delivery', { params: { path }, body: { note: text } })), ...opts })
  const decide = useChange({ run: (accept: boolean) => read(api.POST('/api/enterprise/needs/{id}/milestones/{number}/decision', { params: { path }, body: { accept, ...(text ? { reason: text } : {}) } })), ...opts })
  const field = (label: string) => <Input.TextArea aria-label={label} placeholder={label} maxLength={2000} autoSize={{ minRows: 2 }} value={text} onChange={(e) => setText(e.target.value)} />
  const open = m.state === 'planned' || m.state === 'returned'
  const late = open && n.state === 'agreed' && new Date(`${m.due_on}T23:59:59+08:00`) < new Date()
  return (
    <section className="lh-market-item" aria-label={m.title}>
      <div className="lh-market-head">
        <strong>{m.number}. {m.title}</strong><span className="lh-number">{m.due_on} · {f.number(m.share)}%</span>
        <StatusTag tone={milestoneTone[m.state]}>{t(`market.need.milestoneStates.${m.state}`)}</StatusTag>{late && <StatusTag tone="bad">{t('market.need.overdue')}</StatusTag>}
      </div>
      {m.note && <p className="lh-market-text">{m.note}</p>}
      {m.reason && <p className="lh-market-text">{t('market.provider.reasonOf', { reason: m.reason })}</p>}
      <div className="lh-market-acts">
        {open && n.acts.includes('deliver') && <Confirm title={`${t('market.need.deliver')} · ${m.title}`} label={t('market.need.deliver')} danger={false} disabled={text.trim() === ''} run={() => deliver.mutateAsync()} button={{ type: 'primary', size: 'small' }}>{field(t('market.need.deliverNote'))}</Confirm>}
        {m.state === 'delivered' && n.acts.includes('decide') && (
          <>
            <Confirm title={`${t('market.need.take')} · ${m.title}`} note={<p>{t('market.need.takeNote')}</p>} label={t('market.need.take')} danger={false} run={() => decide.mutateAsync(true)} button={{ type: 'primary', size: 'small' }} />
            <Confirm title={`${t('market.need.back')} · ${m.title}`} label={t('market.need.back')} disabled={text.trim() === ''} run={() => decide.mutateAsync(false)} button={{ size: 'small' }}>{field(t('market.need.reason'))}</Confirm>
          </>
        )}
      </div>
    </section>
  )
}

function Ratings({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const [stars, setStars] = useState(0)
  const [text, setText] = useState('')
  const rate = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/ratings', { params: { path: { id: n.id } }, body: { stars, ...(text ? { text } : {}) } })), refresh: [needKey], done: t('market.need.done'), quiet: true })
  return (
    <>
      {n.ratings.map((r) => (
        <section key={r.side} className="lh-market-item">
          <div className="lh-market-head"><strong>{t(`market.need.bySide.${r.side}`)}</strong><span role="img" aria-label={`${t('market.need.stars')} ${r.stars}`}>{'★'.repeat(r.stars)}{'☆'.repeat(5 - r.stars)}</span><span className="lh-note">{f.time(r.at)}</span></div>
          {r.text && <p className="lh-market-text">{r.text}</p>}
        </section>
      ))}
      {n.ratings.length < 2 && <p className="lh-note">{t('market.need.hiddenRating')}</p>}
      {n.acts.includes('rate') && (
        <Confirm title={t('market.need.rate')} note={<p>{t('market.need.rateNote', { time: f.time(n.rate_until) })}</p>} label={t('market.need.rate')} danger={false} disabled={stars < 1} run={() => rate.mutateAsync()} button={{ type: 'primary' }}>
          <div className="lh-stack">
            <Rate value={stars} onChange={setStars} aria-label={t('market.need.stars')} />
            <Input.TextArea aria-label={t('market.need.rateText')} placeholder={t('market.need.rateText')} maxLength={2000} autoSize={{ minRows: 2 }} value={text} onChange={(e) => setText(e.target.value)} />
          </div>
        </Confirm>
      )}
    </>
  )
}

type Ruling = 'continue' | 'fulfil' | 'terminate'

function Disputes({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const [text, setText] = useState('')
  const [decision, pick] = useState<Ruling>('continue')
  const path = { id: n.id }
  const opts = { refresh: [needKey], done: t('market.need.done'), quiet: true, after: () => setText('') }
  const raise = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/disputes', { params: { path }, body: { text } })), ...opts })
  const reply = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/disputes/reply', { params: { path }, body: { text } })), ...opts })
  const rule = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/disputes/decision', { params: { path }, body: { decision, reason: text } })), ...opts })
  const field = <Input.TextArea aria-label={t('market.need.reason')} placeholder={t('market.need.reason')} maxLength={4000} autoSize={{ minRows: 2 }} value={text} onChange={(e) => setText(e.target.value)} />
  const empty = text.trim() === ''
  return (
    <>
      {n.disputes.map((d) => (
        <section key={d.number} className="lh-market-item">
          <div className="lh-market-head"><strong>{t(`market.need.raisedBy.${d.side}`)}</strong><span className="lh-note">{f.time(d.at)}</span></div>
          <p className="lh-market-text">{d.text}</p>
          <p className="lh-market-text">{d.reply ? `${t('market.need.replied')} · ${d.reply}` : t('market.need.noReply')}</p>
          {d.decision && <p className="lh-market-text"><strong>{t('market.need.ruling')} · {t(`market.need.rulings.${d.decision}`)}</strong> {d.reason}</p>}
        </section>
      ))}
      <div className="lh-market-acts">
        {n.acts.includes('dispute') && <Confirm title={t('market.need.raise')} note={<p>{t('market.need.raiseNote')}</p>} label={t('market.need.raise')} disabled={empty} run={() => raise.mutateAsync()}>{field}</Confirm>}
        {n.acts.includes('reply') && <Confirm title={t('market.need.reply')} label={t('market.need.reply')} danger={false} disabled={empty} run={() => reply.mutateAsync()} button={{ type: 'primary' }}>{field}</Confirm>}
        {n.acts.includes('terminate') && (
          <Confirm title={t('market.need.rule')} label={t('market.need.rule')} danger={false} disabled={empty} run={() => rule.mutateAsync()} button={{ type: 'primary' }}>
            <div className="lh-stack">
              <Select aria-label={t('market.need.ruling')} value={decision} onChange={pick} options={(['continue', 'fulfil', 'terminate'] as const).map((x) => ({ value: x, label: t(`market.need.rulings.${x}`) }))} />
              {field}
            </div>
          </Confirm>
        )}
      </div>
    </>
  )
}
