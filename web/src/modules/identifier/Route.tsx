import { PlainTable, StatusTag } from '../../kernel'
import type { BridgeAnswer } from './data'
import { useIdentifierTexts } from './texts'
import { isLink, milliseconds } from './words'

type Service = BridgeAnswer['services'][number]
type Hop = BridgeAnswer['hops'][number]

const known = ['COID', 'CINF', 'RINF', 'MINF', 'UINF', 'LINF'] as const

/** What is told of an object identifier, service by service; addresses are links that nobody followed. */
export function Services({ list }: { list: Service[] }) {
  const t = useIdentifierTexts()
  const meaning = (s: Service) => {
    const one = known.find((k) => k === s.service)
    return t(one ? `ors.of.${one}` : 'ors.other')
  }
  return (
    <PlainTable<Service>
      label={t('ors.services')} rowKey={(s) => `${s.order} ${s.preference} ${s.field} ${s.value}`} dataSource={list}
      columns={[
        { key: 'service', title: t('ors.service'), render: (_, s) => <span className="lh-two"><strong>{meaning(s)}</strong><span className="lh-code">{s.field}</span></span> },
        { key: 'value', title: t('ors.value'), render: (_, s) => <Told service={s} /> },
        { key: 'order', title: t('ors.order'), responsive: ['md'], render: (_, s) => <span className="lh-number">{s.order}, {s.preference}</span> },
      ]}
    />
  )
}

function Told({ service: s }: { service: Service }) {
  const t = useIdentifierTexts()
  if (s.fault) return <span className="lh-two"><StatusTag tone="warn">{t('ors.useless')}</StatusTag><span className="lh-muted lh-break">{t('resolve.original', { text: s.fault })}</span></span>
  if (isLink(s.value)) return <a href={s.value} target="_blank" rel="noopener noreferrer" className="lh-value-data">{s.value}</a>
  return <span className="lh-code lh-value-data">{s.value}</span>
}

/** Who was asked, one after the other. */
export function Hops({ list }: { list: Hop[] }) {
  const t = useIdentifierTexts()
  return (
    <PlainTable<Hop & { number: number }>
      label={t('ors.route')} rowKey="number" dataSource={list.map((h, i) => ({ ...h, number: i + 1 }))}
      columns={[
        { key: 'number', title: t('way.step'), responsive: ['md'], render: (_, h) => <span className="lh-number">{h.number}</span> },
        { key: 'server', title: t('ors.asked'), render: (_, h) => <span className="lh-two"><span className="lh-code lh-break">{h.protocol.toUpperCase()} {h.server}</span><span className="lh-code lh-break">{h.name}</span></span> },
        {
          key: 'answer', title: t('way.answer'),
          render: (_, h) => (
            <span className="lh-two">
              <span className="lh-outcome-line"><StatusTag tone={h.fault ? 'bad' : h.code === 'NOERROR' ? 'good' : 'warn'}>{h.fault && !h.code ? t('way.noAnswer') : h.code}</StatusTag><span className="lh-number lh-muted">{t('way.ms', { ms: milliseconds(h.took_ms) })}</span></span>
              {h.code && <span className={h.authenticated ? 'lh-tone-good' : 'lh-muted'}>{t(h.authenticated ? 'ors.checked' : 'ors.unchecked')}</span>}
              {h.leads && <span className="lh-muted lh-break">→ {h.leads === 'tcp' ? t('ors.tcp') : h.leads}</span>}
              {h.fault && <span className="lh-muted lh-break">{t('resolve.original', { text: h.fault })}</span>}
            </span>
          ),
        },
      ]}
    />
  )
}
