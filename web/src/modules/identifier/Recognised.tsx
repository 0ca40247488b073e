import { Alert, Button, Card, Input } from 'antd'
import { useState } from 'react'
import { Failure, Loading, PlainTable, StatusTag } from '../../kernel'
import { useBridge, type BridgeAnswer, type Candidate, type OtherSystem } from './data'
import { Links } from './Links'
import { Hops, Services } from './Route'
import { useIdentifierTexts } from './texts'
import { isLink, milliseconds, pretty } from './words'

/** What an identifier may be one of, when it is not plainly a handle, and the way to the resolver of its system. */
export function Recognised({ text, list }: { text: string; list: Candidate[] }) {
  const t = useIdentifierTexts()
  const [system, setSystem] = useState<OtherSystem>()
  const [links, setLinks] = useState(false)
  const bridged = list.some((c) => c.bridge || c.local)
  return (
    <Card title={<h2 className="lh-card-name">{t('recognised.title')}</h2>} size="small">
      <PlainTable<Candidate>
        label={t('recognised.title')}
        rowKey={(c) => `${c.system} ${c.form}`}
        dataSource={list}
        columns={[
          { key: 'system', title: t('recognised.system'), render: (_, c) => <span className="lh-two"><strong>{t(`recognised.of.${c.system}`)}</strong><StatusTag tone={c.sure ? 'good' : 'idle'}>{t(c.sure ? 'recognised.sure' : 'recognised.maybe')}</StatusTag></span> },
          { key: 'canonical', title: t('recognised.canonical'), render: (_, c) => <span className="lh-code lh-value-data">{c.canonical}</span> },
          { key: 'reason', title: t('recognised.reason'), responsive: ['md'], render: (_, c) => t(`recognised.by.${c.reason}`) },
          { key: 'where', title: t('recognised.where'), render: (_, c) => <Where candidate={c} ask={setSystem} links={() => setLinks(true)} /> },
        ]}
      />
      {!bridged && list.every((c) => c.system !== 'handle' && !c.node) && <Alert type="info" showIcon title={t('recognised.noBridge')} className="lh-outcome-note" />}
      {links && <Links key={text} text={text} />}
      {system && <Asked key={`${system} ${text}`} system={system} text={text} />}
    </Card>
  )
}

function Where({ candidate: c, ask, links }: { candidate: Candidate; ask: (system: OtherSystem) => void; links: () => void }) {
  const t = useIdentifierTexts()
  if (c.system === 'handle') return <>{t('recognised.here')}</>
  if (c.node) return <Button size="small" onClick={links}>{t('links.show')}</Button>
  if (!c.bridge && !c.local) return <span className="lh-muted">{t('recognised.nowhere')}</span>
  const system = c.system
  return <Button size="small" onClick={() => ask(system)}>{c.local ? t('recognised.showLocal') : t('recognised.ask', { server: c.bridge })}</Button>
}

function Asked({ system, text }: { system: OtherSystem; text: string }) {
  const answer = useBridge(system, text)
  if (answer.error) return <Failure problem={answer.error} retry={() => void answer.refetch()} />
  if (answer.isPending) return <Loading rows={3} />
  return <Answer answer={answer.data} />
}

/** What the other resolver said: where it leads, and its document as it is. */
function Answer({ answer: a }: { answer: BridgeAnswer }) {
  const t = useIdentifierTexts()
  const good = a.status < 400
  const code = a.protocol === 'http' ? a.status : (a.hops.at(-1)?.code ?? a.status)
  return (
    <section aria-label={t('recognised.answer')} className="lh-bridge-answer">
      <div className="lh-outcome-line" role="status">
        <StatusTag tone={good ? 'good' : a.status === 404 ? 'warn' : 'bad'}>{t(good ? 'recognised.answered' : a.status === 404 ? 'recognised.unknown' : 'recognised.failed', { status: code })}</StatusTag>
        <span className="lh-muted">{a.protocol === 'local' ? t('recognised.byCity') : t('recognised.from', { server: a.server })} · <span className="lh-number">{t('resolve.took', { ms: milliseconds(a.took_ms) })}</span></span>
      </div>
      {a.location && <div>{t('recognised.leads')} {isLink(a.location) ? <a href={a.location} target="_blank" rel="noopener noreferrer" className="lh-value-data">{a.location}</a> : <span className="lh-code">{a.location}</span>}</div>}
      {a.document && <Input.TextArea readOnly autoSize={{ maxRows: 18 }} className="lh-code" aria-label={t('recognised.document', { type: a.type })} value={pretty(a.document, a.type)} />}
      {a.services.length > 0 && <Services list={a.services} />}
      {a.protocol === 'dns' && <Hops list={a.hops} />}
      {a.protocol === 'http' && !a.document && !a.location && <div className="lh-muted">{t('recognised.noDocument', { type: a.type || '–' })}</div>}
      {a.cut && <div className="lh-muted">{t(a.protocol === 'dns' ? 'recognised.moreRecords' : 'recognised.cut', { count: a.services.length })}</div>}
    </section>
  )
}
