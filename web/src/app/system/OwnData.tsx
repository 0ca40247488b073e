import { useQuery } from '@tanstack/react-query'
import { Card, Flex, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, Failure, read, request, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { useEnter } from '../../kernel/session'
import { requestTones, type PersonalRequest } from './PersonalRequests'
import { useSystemTexts } from './texts'

const ownKey = ['own-requests']
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
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const enter = useEnter()
  const state = useQuery({ queryKey: ['consents'], queryFn: () => read(api.GET('/api/system/me/consents')) })
  const withdraw = useChange({ run: () => read(api.POST('/api/system/me/consents/withdrawal')), after: () => enter(null), quiet: true })
  const agree = useChange({ run: (version: string) => read(api.POST('/api/system/me/consents', { body: { version } })), refresh: [['consents']], done: t('saved'), quiet: true })
  if (!state.data) return null
  const held = state.data.consents.find((c) => c.version === state.data.version && !c.withdrawn_at)
  return (
    <>
      <p>{text(state.data.text)}</p>
      <Flex gap={8} align="center" wrap>
        {held ? <span>{t('personal.agreed', { version: held.version, time: f.time(held.at) })}</span> : <span>{t('personal.notAgreed')}</span>}
        {held ? (
          <Confirm title={t('personal.withdrawTitle')} note={t('personal.withdrawNote')} label={t('personal.withdraw')} button={{ size: 'small' }} run={() => withdraw.mutateAsync()} />
        ) : (
          <Confirm title={t('personal.agree')} note={text(state.data.text)} label={t('personal.agree')} danger={false} button={{ size: 'small' }} run={() => agree.mutateAsync(state.data.version)} />
        )}
      </Flex>
    </>
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
