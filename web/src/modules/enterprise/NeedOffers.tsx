import { useQuery } from '@tanstack/react-query'
import { Button, Card, DatePicker, Drawer, Form, Input, InputNumber } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { Rows } from './EntryFields'
import { needKey, type Need, type Plan, type Proposal, type Suggested } from './market'
import { Weights, Why } from './NeedFits'
import { useEnterpriseTexts } from './texts'

/** The name of a provider that a need names. */
export function useParty(n: Need) {
  const text = useText()
  return (id: string) => { const p = [...n.parties, ...n.own].find((x) => x.provider_id === id); return p ? text(p.name) : id }
}

/** Providers that match, each with reasons; the enterprise invites or dismisses them. */
export function Suggestions({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const key = [...needKey, 'suggestions', n.id]
  const list = useQuery({ queryKey: key, queryFn: () => read(api.GET('/api/enterprise/needs/{id}/suggestions', { params: { path: { id: n.id } } })) })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  const w = list.data.weights
  return (
    <>
      <p className="lh-note">{t('market.need.suggestionsNote')} {w.learned ? t('market.need.learned', { pairs: w.pairs, right: f.number(100 * w.learned_right, 0), fixed: f.number(100 * w.fixed_right, 0) }) : t('market.need.fixed')}</p>
      <Weights list={w.features} />
      {list.data.items.length === 0 && <EmptyState title={t('market.need.noSuggestions')} />}
      {list.data.items.map((s) => <Suggestion key={s.provider_id} n={n} s={s} />)}
    </>
  )
}

function Suggestion({ n, s }: { n: Need; s: Suggested }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const path = { id: n.id }
  const invite = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/invitations', { params: { path }, body: { provider_ids: [s.provider_id] } })), refresh: [needKey], done: t('market.need.done') })
  const dismiss = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/dismissals', { params: { path }, body: { provider_id: s.provider_id } })), refresh: [needKey] })
  return (
    <section className="lh-market-item" aria-label={text(s.name)}>
      <div className="lh-market-head">
        <Link to={`/enterprise/providers/${s.provider_id}`}><strong>{text(s.name)}</strong></Link>
        <span className="lh-number">{t('market.need.score', { score: f.number(100 * s.score, 0) })}</span>
        {s.new && <StatusTag tone="info">{t('market.need.fresh')}</StatusTag>}
        {s.reserved && <StatusTag tone="info">{t('market.need.reserved')}</StatusTag>}
        {s.invited && <StatusTag tone="good">{t('market.need.isInvited')}</StatusTag>}
      </div>
      <Why reasons={s.reasons} found={s.found} />
      {!s.invited && n.side === 'owner' && (
        <div className="lh-market-acts">
          <Button size="small" type="primary" loading={invite.isPending} onClick={() => invite.mutate()} aria-label={`${t('market.need.invite')} ${text(s.name)}`}>{t('market.need.invite')}</Button>
          <Button size="small" loading={dismiss.isPending} onClick={() => dismiss.mutate()} aria-label={`${t('market.need.dismiss')} ${text(s.name)}`}>{t('market.need.dismiss')}</Button>
        </div>
      )}
    </section>
  )
}

/** Who was invited, and what they answered; a provider answers its own. */
export function Invitations({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const name = useParty(n)
  const mine = (id: string) => n.side !== 'owner' && n.acts.includes('answer') && n.invitations.some((i) => i.provider_id === id && i.state === 'sent')
  return n.invitations.map((i) => (
    <section key={i.provider_id} className="lh-market-item">
      <div className="lh-market-head">
        <Link to={`/enterprise/providers/${i.provider_id}`}>{name(i.provider_id)}</Link>
        <StatusTag tone={i.state === 'accepted' ? 'good' : i.state === 'declined' ? 'idle' : 'info'}>{t(`market.need.invitationStates.${i.state}`)}</StatusTag>
        {i.state === 'sent' && <span className="lh-note">{t('market.need.due', { time: f.time(i.due_at) })}</span>}
      </div>
      {i.reason && <p className="lh-market-text">{i.reason}</p>}
      {mine(i.provider_id) && <AnswerInvitation n={n} id={i.provider_id} />}
    </section>
  ))
}

function AnswerInvitation({ n, id }: { n: Need; id: string }) {
  const t = useEnterpriseTexts()
  const [reason, setReason] = useState('')
  const answer = useChange({ run: (accept: boolean) => read(api.POST('/api/enterprise/needs/{id}/answers', { params: { path: { id: n.id } }, body: { provider_id: id, accept, ...(reason ? { reason } : {}) } })), refresh: [needKey], done: t('market.need.done'), quiet: true })
  return (
    <div className="lh-market-acts">
      <Confirm title={t('market.need.accept')} note={<p>{t('market.need.acceptNote')}</p>} label={t('market.need.accept')} danger={false} run={() => answer.mutateAsync(true)} button={{ type: 'primary' }} />
      <Confirm title={t('market.need.decline')} label={t('market.need.decline')} disabled={reason.trim() === ''} run={() => answer.mutateAsync(false)}>
        <Input.TextArea aria-label={t('market.need.reason')} placeholder={t('market.need.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
      </Confirm>
    </div>
  )
}

/** Offers: sealed until the deadline, one's own for providers, all for the enterprise afterwards. */
export function Offers({ n }: { n: Need }) {
  const t = useEnterpriseTexts()
  const name = useParty(n)
  const owner = n.side === 'owner'
  const rest = n.proposals.filter((p) => !n.terms || p.id !== n.proposal_id) // the chosen one stands with the agreement
  if (n.state === 'draft' || ((!owner || n.terms) && rest.length === 0 && n.own.length === 0)) return null
  return (
    <Card size="small" title={t('market.need.proposals')}>
      {owner && n.replying && <p>{t('market.need.sealed', { count: n.offers })}</p>}
      {owner && !n.replying && n.proposals.length === 0 && <EmptyState title={t('market.need.noProposals')} />}
      {rest.map((p) => (
        <section key={p.id} className="lh-market-item" aria-label={name(p.provider_id)}>
          <div className="lh-market-head"><Link to={`/enterprise/providers/${p.provider_id}`}><strong>{name(p.provider_id)}</strong></Link>{p.state === 'withdrawn' && <StatusTag tone="idle">{t('market.need.withdrawn')}</StatusTag>}</div>
          <PlanView plan={p.plan} />
          {n.acts.includes('choose') && <Choose n={n} p={p} />}
        </section>
      ))}
      {n.own.map((p) => <MyOffer key={p.provider_id} n={n} id={p.provider_id} />)}
    </Card>
  )
}

/** What is offered, as both sides read it. */
export function PlanView({ plan }: { plan: Plan }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  return (
    <>
      <p className="lh-market-text">{plan.text}</p>
      <p className="lh-number">{t('market.need.price')} {f.number(plan.price)} · {t('market.need.start')} {plan.start_on}</p>
      <PlainTable<Plan['milestones'][number]>
        label={t('market.need.milestones')} rowKey={(g) => `${g.due_on}${g.title}`} dataSource={plan.milestones}
        columns={[
          { key: 'title', title: t('market.need.goal'), render: (_, g) => <span className="lh-wrap">{g.title}</span> },
          { key: 'due', title: t('market.need.dueOn'), render: (_, g) => <span className="lh-number">{g.due_on}</span> },
          { key: 'share', title: t('market.need.share'), align: 'right', render: (_, g) => <span className="lh-number">{f.number(g.share)}</span> },
        ]}
      />
    </>
  )
}

function Choose({ n, p }: { n: Need; p: Proposal }) {
  const t = useEnterpriseTexts()
  const choose = useChange({ run: () => read(api.POST('/api/enterprise/needs/{id}/choice', { params: { path: { id: n.id } }, body: { proposal_id: p.id } })), refresh: [needKey], done: t('market.need.done'), quiet: true })
  return <div className="lh-market-acts"><Confirm title={t('market.need.chooseTitle')} note={<p>{t('market.need.chooseNote')}</p>} label={t('market.need.choose')} danger={false} run={() => choose.mutateAsync()} button={{ type: 'primary' }} /></div>
}

interface Values { text: string; price: number; start: Dayjs; milestones: { title?: string; due?: Dayjs; share?: number }[] }

const day = (d: Dayjs | undefined) => d?.format('YYYY-MM-DD') ?? ''

/** Puts an offer of an own provider in, changes it, or takes it back. */
function MyOffer({ n, id }: { n: Need; id: string }) {
  const t = useEnterpriseTexts()
  const name = useParty(n)
  const [open, show] = useState(false)
  const before = n.proposals.find((p) => p.provider_id === id)
  const params = { path: { id: n.id, provider: id }, header: ifMatch(before?.version ?? 0) }
  const put = useChange({
    run: (v: Values) => read(api.PUT('/api/enterprise/needs/{id}/proposals/{provider}', { params, body: { plan: { text: v.text, price: v.price, start_on: day(v.start), milestones: (v.milestones ?? []).map((m) => ({ title: m.title ?? '', due_on: day(m.due), share: m.share ?? 0 })) } } })),
    refresh: [needKey], done: t('market.need.offerDone'), quiet: true, after: () => show(false),
  })
  const back = useChange({ run: () => read(api.DELETE('/api/enterprise/needs/{id}/proposals/{provider}', { params })), refresh: [needKey], done: t('market.need.taken'), quiet: true })
  const must = (label: string) => [{ required: true, message: t('market.need.missing', { label }) }]
  const plan = before?.plan
  const initial: Partial<Values> = plan
    ? { text: plan.text, price: plan.price, start: dayjs(plan.start_on), milestones: plan.milestones.map((m) => ({ title: m.title, due: dayjs(m.due_on), share: m.share })) }
    : { start: dayjs().add(14, 'day'), milestones: [{ due: dayjs().add(74, 'day'), share: 100 }] }
  return (
    <div className="lh-market-acts">
      <Button type={before ? 'default' : 'primary'} onClick={() => show(true)}>{t(before ? 'market.need.change' : 'market.need.offer')}</Button>
      {before?.state === 'submitted' && <Confirm title={t('market.need.takeBack')} label={t('market.need.takeBack')} run={() => back.mutateAsync()} />}
      <Drawer open={open} onClose={() => show(false)} size={840} title={`${t('market.need.offer')} · ${name(id)}`} destroyOnHidden>
        <p className="lh-note">{t('market.need.offerNote')}</p>
        <EntityForm<Values> name="plan" initial={initial} submit={(v) => put.mutateAsync(v)} submitLabel={t('market.need.offer')} cancel={() => show(false)} wide>
          <Form.Item name="text" label={t('market.need.plan')} rules={must(t('market.need.plan'))}><Input.TextArea maxLength={8000} autoSize={{ minRows: 4, maxRows: 14 }} /></Form.Item>
          <div className="lh-pair">
            <Form.Item name="price" label={t('market.need.price')} rules={must(t('market.need.price'))}><InputNumber min={0} className="lh-market-wide" /></Form.Item>
            <Form.Item name="start" label={t('market.need.start')} rules={must(t('market.need.start'))}><DatePicker className="lh-market-wide" /></Form.Item>
          </div>
          <Rows name={['milestones']} title={t('market.need.milestones')}>
            {(at) => (
              <>
                <Form.Item name={[at, 'title']} label={t('market.need.goal')}><Input maxLength={200} /></Form.Item>
                <Form.Item name={[at, 'due']} label={t('market.need.dueOn')}><DatePicker className="lh-market-wide" /></Form.Item>
                <Form.Item name={[at, 'share']} label={t('market.need.share')}><InputNumber min={0} max={100} precision={0} className="lh-market-wide" /></Form.Item>
              </>
            )}
          </Rows>
        </EntityForm>
      </Drawer>
    </div>
  )
}
