import { ReloadOutlined, ScanOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Checkbox, Collapse, Flex, Input, type InputRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { EmptyState, Failure, LinkButton, Loading, PageHeader, Problem, StatusTag } from '../../kernel'
import { useFounds, useRecognition, useResolution, type Resolution } from './data'
import './identifier.css'
import { Recognised } from './Recognised'
import { Signatures } from './Signatures'
import { useIdentifierTexts } from './texts'
import { Values } from './Values'
import { Steps, Way } from './Way'
import { handleOf, milliseconds, toneOf, verdictOf } from './words'

/** Resolves an identifier from the root down, and shows the way. */
export default function Resolve() {
  const t = useIdentifierTexts()
  const [params, setParams] = useSearchParams()
  const handle = params.get('handle') ?? ''
  const fresh = params.get('fresh') === '1'
  const recognition = useRecognition(handle)
  const list = recognition.data?.list ?? []
  const others = list.some((c) => c.system !== 'handle')
  // What nothing recognises is asked for all the same: the answer says what is wrong.
  const resolves = !recognition.isPending && (!others || list.some((c) => c.system === 'handle'))
  const resolution = useResolution(resolves ? handle : '', fresh)
  const ask = (next: string, afresh: boolean) => {
    if (next === handle && afresh === fresh) void resolution.refetch()
    else setParams({ ...(next ? { handle: next } : {}), ...(afresh ? { fresh: '1' } : {}) })
  }
  return (
    <div className="lh-stack">
      <PageHeader title={t('resolve.title')} note={t('resolve.note')} />
      <Question handle={handle} fresh={fresh} busy={resolution.isFetching} ask={ask} />
      {handle === '' && <Card><EmptyState title={t('resolve.start')} note={t('resolve.startNote')} /></Card>}
      {others && <Recognised text={handle} list={list} />}
      {resolution.error && <Refused problem={resolution.error} retry={() => void resolution.refetch()} />}
      {handle !== '' && (recognition.isPending || (resolves && resolution.isPending)) && <Card><Loading rows={4} /></Card>}
      {resolution.data && !resolution.error && <Result resolution={resolution.data} asked={handle} />}
    </div>
  )
}

interface Asking {
  handle: string
  fresh: boolean
  busy: boolean
  ask: (handle: string, fresh: boolean) => void
}

/** Takes an identifier. A hand scanner types and sends Enter; what stands there is selected, so that the next one replaces it. */
function Question({ handle, fresh, busy, ask }: Asking) {
  const t = useIdentifierTexts()
  const [text, setText] = useState(handle)
  const [afresh, setAfresh] = useState(fresh)
  const input = useRef<InputRef>(null)
  useEffect(() => setText(handle), [handle])
  useEffect(() => setAfresh(fresh), [fresh])
  useEffect(() => input.current?.focus({ cursor: 'all' }), [handle])
  const send = () => {
    const next = handleOf(text)
    if (!next) return
    setText(next)
    ask(next, afresh)
    input.current?.focus({ cursor: 'all' })
  }
  return (
    <Card>
      <form role="search" onSubmit={(e) => { e.preventDefault(); send() }}>
        <div className="lh-resolve-bar">
          <Input ref={input} size="large" maxLength={2048} prefix={<ScanOutlined aria-hidden />} className="lh-resolve-box" value={text} onChange={(e) => setText(e.target.value)} aria-label={t('resolve.box')} placeholder={t('resolve.box')} aria-describedby="resolve-note" autoCapitalize="none" autoComplete="off" autoCorrect="off" spellCheck={false} enterKeyHint="go" allowClear />
          <Button size="large" type="primary" htmlType="submit" loading={busy && handle !== ''} {...(handle !== '' && handleOf(text) === handle ? { icon: <ReloadOutlined aria-hidden /> } : {})}>
            {t(handle !== '' && handleOf(text) === handle ? 'resolve.again' : 'resolve.go')}
          </Button>
        </div>
        <Flex wrap gap="4px 20px" align="center" className="lh-resolve-options">
          <Checkbox checked={afresh} onChange={(e) => setAfresh(e.target.checked)}>{t('resolve.fresh')}<span className="lh-muted lh-wide-only">{' · '}{t('resolve.freshNote')}</span></Checkbox>
          <span id="resolve-note" className="lh-muted">{t('resolve.boxNote')}</span>
        </Flex>
      </form>
    </Card>
  )
}

/** Nothing could be asked; without a root, who can found one is led there. */
function Refused({ problem, retry }: { problem: unknown; retry: () => void }) {
  const t = useIdentifierTexts()
  const founds = useFounds()
  if (!(problem instanceof Problem) || problem.key !== 'identifier.root.none') return <Failure problem={problem} retry={retry} />
  const action = founds && <LinkButton to="/identifier/nodes/new?role=root" type="primary">{t('resolve.found')}</LinkButton>
  return <Card><EmptyState title={t('resolve.rootMissing')} note={t('resolve.rootMissingNote')} action={action} /></Card>
}

function Result({ resolution, asked }: { resolution: Resolution; asked: string }) {
  const t = useIdentifierTexts()
  return (
    <>
      <Outcome resolution={resolution} asked={asked} />
      <Card title={<h2 className="lh-card-name">{t('resolve.way')}</h2>} size="small"><Way resolution={resolution} /></Card>
      {resolution.code === 1 && (
        <Card title={<h2 className="lh-card-name">{t('resolve.values')}</h2>} size="small"><Values label={t('resolve.values')} values={resolution.values} /></Card>
      )}
      {resolution.code === 1 && (
        <Card title={<h2 className="lh-card-name">{t('signature.title')}</h2>} size="small"><Signatures resolution={resolution} /></Card>
      )}
      <Collapse items={[{ key: 'steps', label: t('resolve.table', { count: resolution.steps.length }), children: <Steps steps={resolution.steps} /> }]} />
    </>
  )
}

/** What came out, in one look; and what to do if it is not what was wanted. */
function Outcome({ resolution: r, asked }: { resolution: Resolution; asked: string }) {
  const t = useIdentifierTexts()
  const verdict = verdictOf(r.code)
  const tone = toneOf(r.code)
  const note = t(`verdict.${verdict}.note`)
  return (
    <Card>
      <div className="lh-outcome" role="status">
        <div className="lh-outcome-line">
          <StatusTag tone={tone}><strong className="lh-outcome-title">{t(`verdict.${verdict}.title`, { code: r.code })}</strong></StatusTag>
          {verdict === 'found' && (
            <>
              <StatusTag tone={r.stale ? 'warn' : r.cached ? 'info' : 'good'}>{t(r.stale ? 'resolve.stale' : r.cached ? 'resolve.cached' : 'resolve.freshly')}</StatusTag>
              <span title={t(r.trusted ? 'resolve.trustedNote' : 'resolve.untrustedNote')}><StatusTag tone={r.trusted ? 'good' : 'idle'}>{t(r.trusted ? 'resolve.trusted' : 'resolve.untrusted')}</StatusTag></span>
            </>
          )}
          <span className="lh-muted lh-number">{t('resolve.took', { ms: milliseconds(r.took_ms) })}</span>
        </div>
        <div className="lh-outcome-handle lh-break">{r.handle || asked}</div>
        {r.aliases.length > 0 && <div className="lh-muted">{t('resolve.aliases', { list: r.aliases.join(' → ') })}</div>}
      </div>
      {note && <Alert type={tone === 'bad' ? 'error' : 'warning'} showIcon title={note} className="lh-outcome-note" />}
      {note && <div className="lh-muted lh-break lh-outcome-note">{t('resolve.original', { text: `${r.code} ${r.fault || r.meaning}` })}</div>}
      {r.stale && <Alert type="warning" showIcon title={[t('resolve.staleNote'), r.fault].filter(Boolean).join(' ')} className="lh-outcome-note" />}
    </Card>
  )
}
