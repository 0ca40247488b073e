import { useQuery } from '@tanstack/react-query'
import { Card, Flex, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, Failure, read, request, StatusTag, useChange, useFormat, useText, type Schema } from '../../kernel'
import { useEnter } from '../../kernel/session'
import { requestTones, type PersonalRequest } from './PersonalRequests'
import { useSystemTexts } from './texts'

const ownKey = ['own-requests']
const consentKey = ['consents']
const kinds = ['copy', 'correction', 'erasure'] as const

/** What is kept about oneself: consent, and what one may ask. */
export function OwnData() {
  const t = useSystemTexts()
  const requests = useQuery({ queryKey: ownKey, queryFn: () => read(api.GET('/api/system/me/requests')) })
  return (
    <Card size="small" title={t('personal.title')}>
      <div className="lh-stack">
        <ConsentState />
        <p className="lh-muted">{t('personal.note')}</p>
        <Flex gap={8} wrap>{kinds.map((kind) => <Ask key={kind} kind={kind} />)}</Flex>
        {requests.error && <Failure problem={requests.error} retry={() => void requests.refetch()} />}
        <ul className="lh-plain">{requests.data?.items.map((r) => <Own key={r.id} request={r} />)}</ul>
      </div>
    </Card>
  )
}

function ConsentState() {
  const state = useQuery({ queryKey: consentKey, queryFn: () => read(api.GET('/api/system/me/consents')) })
  if (!state.data) return null
  const { purposes, consents } = state.data
  // What nobody was asked for, such as the registration of whoever was invited, need not be shown.
  const shown = purposes.filter((p) => p.id !== 'registration' || consents.some((c) => c.purpose === p.id))
  return <>{shown.map((p) => <PurposeState key={p.id} purpose={p} held={consents.find((c) => c.purpose === p.id && c.version === p.version && !c.withdrawn_at)} stopped={consents.some((c) => c.purpose === p.id && c.withdrawn_at)} />)}</>
}

/** One purpose: its text, whether one agreed, and the way back. */
function PurposeState({ purpose: p, held, stopped }: { purpose: Schema<'IdentityPurpose'>; held: Schema<'IdentityConsent'> | undefined; stopped: boolean }) {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const enter = useEnter()
  const withdraw = useChange({ run: () => read(api.POST('/api/system/me/consents/withdrawal')), after: () => enter(null), quiet: true })
  const stop = useChange({ run: () => read(api.POST('/api/system/me/consents/notifications/withdrawal')), refresh: [consentKey], done: t('saved'), quiet: true })
  const agree = useChange({ run: () => read(api.POST('/api/system/me/consents', { body: { purpose: p.id, version: p.version } })), refresh: [consentKey], done: t('saved'), quiet: true })
  const open = !held && (p.needed || stopped)
  return (
    <section aria-label={text(p.title)}>
      <strong>{text(p.title)}</strong>
      <p>{text(p.text)}</p>
      <Flex gap={8} align="center" wrap>
        <span>{held ? t('personal.agreed', { version: held.version, time: f.time(held.at) }) : t(p.needed ? 'personal.notAgreed' : stopped ? 'personal.mailOff' : 'personal.mailOn')}</span>
        {open && <Confirm title={t('personal.agree')} note={text(p.text)} label={t('personal.agree')} danger={false} button={{ size: 'small' }} run={() => agree.mutateAsync()} />}
        {held && p.needed && <Confirm title={t('personal.withdrawTitle')} note={t('personal.withdrawNote')} label={t('personal.withdraw')} button={{ size: 'small' }} run={() => withdraw.mutateAsync()} />}
        {!p.needed && !open && <Confirm title={t('personal.mailTitle')} note={t('personal.mailNote')} label={t('personal.withdraw')} danger={false} button={{ size: 'small' }} run={() => stop.mutateAsync()} />}
      </Flex>
    </section>
  )
}

function Ask({ kind }: { kind: (typeof kinds)[number] }) {
  const t = useSystemTexts()
  const [detail, setDetail] = useState('')
  const ask = useChange({
    run: () => read(api.POST('/api/system/me/requests', { body: { kind, detail } })),
    refresh: [ownKey], done: t('personal.asked'), after: () => setDetail(''), quiet: true,
  })
  return (
    <Confirm title={t(`personal.ask.${kind}`)} note={t(`personal.does.${kind}`)} label={t(`personal.ask.${kind}`)} danger={kind === 'erasure'} run={() => ask.mutateAsync()}>
      <p><label htmlFor={`detail-${kind}`}>{t('personal.words')}</label></p>
      <Input.TextArea id={`detail-${kind}`} rows={3} maxLength={2000} value={detail} onChange={(e) => setDetail(e.target.value)} />
    </Confirm>
  )
}

/** Fetches the copy as a file: the way may ask for a fresh factor first. */
async function fetchCopy(format: 'json' | 'html'): Promise<void> {
  await request<unknown>('/api/system/me/copy')
  window.location.assign(`/api/system/me/copy?format=${format}`)
}

function Own({ request: r }: { request: PersonalRequest }) {
  const t = useSystemTexts()
  const f = useFormat()
  const drop = useChange({ run: () => read(api.DELETE('/api/system/me/requests/{id}', { params: { path: { id: r.id } } })), refresh: [ownKey], quiet: true })
  const copy = useChange({ run: (format: 'json' | 'html') => fetchCopy(format) })
  const link = (format: 'json' | 'html') => <button type="button" className="lh-link" onClick={() => copy.mutate(format)}>{format.toUpperCase()}</button>
  return (
    <li>
      <Flex gap={8} align="center" wrap>
        <span>{t(`personal.kinds.${r.kind}`)}</span>
        <StatusTag tone={requestTones[r.state]}>{t(`personal.states.${r.state}`)}</StatusTag>
        <span className="lh-muted">{r.state === 'open' ? t('personal.until', { date: f.date(r.due_at) }) : r.reason}</span>
        {r.kind === 'copy' && r.state === 'done' && <span>{t('personal.fetch')} {link('html')} {link('json')}</span>}
        {r.state === 'open' && <Confirm title={t('personal.dropTitle')} label={t('personal.drop')} danger={false} button={{ size: 'small' }} run={() => drop.mutateAsync()} />}
      </Flex>
    </li>
  )
}
