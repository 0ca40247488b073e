import { useQuery } from '@tanstack/react-query'
import { Drawer, Grid } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { api, DataTable, EmptyState, Failure, Loading, none, Particulars, PlainTable, read, StatusTag, SyntheticMark, useFormat, useText } from '../../kernel'
import { analysisKey } from './analyses'
import { useChannel } from './channels'
import { useCatalogue, useVocabulary } from './data'
import { dimsText } from './dims'
import { FigureLink } from './FigureLink'
import { linesOf, readFigure, readMonth, type FigureOf, type Line, type MonthFigure, type MonthOf, type Origin, type OriginRevision } from './figures'
import { findingsKey, stateTone } from './findings'
import { useOrigin } from './origins'
import { usePeriod } from './periods'
import { usePlatformTexts } from './texts'
import './origin.css'

/** Where the figures of a page are from: what the address bar names opens beside the page. */
export function Origins() {
  const [params, setParams] = useSearchParams()
  const close = (name: string) => () => setParams((old) => { const next = new URLSearchParams(old); next.delete(name); return next })
  return (
    <>
      <MonthDrawer of={readMonth(params.get('sum'))} close={close('sum')} />
      <OriginDrawer of={readFigure(params.get('figure'))} close={close('figure')} />
    </>
  )
}

/** A figure with its definition, what was reported for it, by whom and when, and what was corrected. */
function OriginDrawer({ of, close }: { of: FigureOf | null; close: () => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const origin = useOrigin(of)
  const o = origin.data
  return (
    <Drawer open={of !== null} onClose={close} size={840} title={o ? text(o.indicator.title) : t('origin.title')} destroyOnHidden>
      {origin.error && <Failure problem={origin.error} retry={() => void origin.refetch()} />}
      {of && origin.isPending && <Loading />}
      {o && <Body origin={o} />}
    </Drawer>
  )
}

function Body({ origin: o }: { origin: Origin }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <div>
        <strong className="lh-origin-value">{o.value === null ? none : f.number(o.value, 4)}</strong> <span className="lh-muted">{text(o.indicator.unit)}</span> {o.synthetic && <SyntheticMark />}
      </div>
      <Definition origin={o} />
      <section aria-label={t('origin.reported')}>
        <h3>{t('origin.reported')}</h3>
        <p className="lh-note">{t(o.periods.some((p) => p.moment) ? 'origin.momentNote' : 'origin.reportedNote')}</p>
        <Revisions origin={o} />
        {o.more && <p className="lh-note">{t('origin.more', { count: linesOf(o.periods).length })}</p>}
        {!o.own && <p className="lh-note">{t('origin.veiled')}</p>}
      </section>
      {o.own && <Doubts origin={o} />}
    </div>
  )
}

/** What the figure is of, and how it comes about. */
function Definition({ origin: o }: { origin: Origin }) {
  const t = usePlatformTexts()
  const text = useText()
  const period = usePeriod()
  const vocabulary = useVocabulary()
  const x = o.indicator
  const kinds: Record<string, string> = { gauge: t('kind.gauge'), counter: t('kind.counter'), flow: t('kind.flow'), ratio: t('kind.ratio') }
  const newest = o.periods[0]!
  const when = o.month || period(newest.at, newest.moment ? '' : x.tier)
  return (
    <Particulars
      items={[
        { key: 'platform', label: t('page.title'), children: <Link to={`/platforms/${o.platform_id}`}>{text(o.platform)}</Link> },
        { key: 'operator', label: t('field.operator'), children: text(o.operator.name) || none },
        { key: 'code', label: t('field.indicator'), children: <><span className="lh-code">{x.code}</span> · {kinds[x.kind] ?? x.kind} · {vocabulary.title('tiers', x.tier)}</> },
        { key: 'dims', label: t('field.dims'), children: dimsText(o.dims, vocabulary) || t('page.total') },
        { key: 'period', label: t('field.period'), children: <span className="lh-number">{when}</span> },
        { key: 'formula', label: t('origin.formula'), children: <span className="lh-wrap">{t(`origin.rules.${o.rule}`)}</span> },
        { key: 'across', label: t('origin.across'), children: t(`analysis.across.${x.across}`) },
        { key: 'catalogue', label: t('catalogue.title'), children: <Link to="/platforms/catalogue">{t('origin.edition', { version: o.catalogue })}</Link> },
      ]}
    />
  )
}

function Revisions({ origin: o }: { origin: Origin }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const channel = useChannel()
  const period = usePeriod()
  const wide = Grid.useBreakpoint().sm !== false
  const lines = linesOf(o.periods)
  return (
    <PlainTable<Line>
      label={t('origin.reported')} rowKey="key" dataSource={lines} pagination={lines.length > 20 ? { pageSize: 15, showSizeChanger: false } : false}
      columns={[
        { key: 'period', title: t('field.period'), render: (_, l) => <span className="lh-number">{period(l.at, l.moment ? '' : o.indicator.tier)}</span> },
        {
          key: 'value', title: t('field.value'), align: 'right',
          render: (_, l) => <span className="lh-two"><span className={l.stands ? 'lh-number' : 'lh-number lh-muted lh-origin-was'}>{f.number(l.value, 4)}</span><span>{!l.stands ? t('origin.corrected') : l.revision > 1 ? t('page.revision', { n: l.revision }) : ''}</span></span>,
        },
        { key: 'received', title: t('field.received'), render: (_, l) => <span className="lh-two lh-wrap"><span className="lh-number">{f.time(l.received_at)}</span>{wide ? <span>{l.sent_at && l.sent_at !== l.received_at ? t('origin.sent', { time: f.time(l.sent_at) }) : ''}</span> : <><Sender of={l} /><span>{l.reason}</span></>}</span> },
        { key: 'sender', title: t('origin.sender'), responsive: ['sm'], render: (_, l) => <span className="lh-two lh-wrap"><Sender of={l} /><span>{channel(l.channel)}</span></span> },
        { key: 'reason', title: t('field.reason'), responsive: ['md'], render: (_, l) => <span className="lh-wrap">{l.reason || (l.revises ? t('origin.revises', { seq: l.revises }) : none)}</span> },
        { key: 'receipt', title: t('field.receipt'), responsive: ['md'], render: (_, l) => (l.receipt ? <Receipt platform={o.platform_id} id={l.receipt} /> : none) },
      ]}
    />
  )
}

/** A receipt that opens the report among those of its platform. */
export function Receipt({ platform, id }: { platform: string; id: string }) {
  return <Link to={`/platforms/${platform}?tab=submissions&s.q=${id}`} className="lh-code">{id}</Link>
}

function Sender({ of: l }: { of: OriginRevision }) {
  const t = usePlatformTexts()
  const s = l.sender
  if (!s) return <span>{none}</span>
  const name = s.kind === 'key' ? <>{t('origin.senders.key')} <span className="lh-code">{s.name}</span></> : `${t(`origin.senders.${s.kind}`)} ${s.name || none}`
  return <span title={s.certificate && `${t('field.certificate')} ${s.certificate}`}>{name}{s.machine_id && <> · {t('origin.machine')} <span className="lh-code">{s.machine_id}</span></>}</span>
}

/** What is doubted about the indicator's figures of this platform. */
function Doubts({ origin: o }: { origin: Origin }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const query = { platform: o.platform_id, code: o.indicator.code, limit: 10 }
  const doubts = useQuery({ queryKey: [...findingsKey, 'list', 'origin', query], queryFn: () => read(api.GET('/api/platforms/quality/findings', { params: { query } })) })
  if (doubts.error) return <Failure problem={doubts.error} retry={() => void doubts.refetch()} />
  if (!doubts.data) return null
  return (
    <section aria-label={t('origin.doubts')}>
      <h3>{t('origin.doubts')}</h3>
      {doubts.data.items.length === 0 ? <p className="lh-note">{t('origin.noDoubts')}</p> : (
        <ul>{doubts.data.items.map((d) => <li key={d.id}><Link to={`/platforms/quality?open=${d.id}`}>{t(`quality.kinds.${d.kind}`)}</Link> <span className="lh-number">{f.date(d.from)}</span> <StatusTag tone={stateTone[d.state]}>{t(`quality.states.${d.state}`)}</StatusTag></li>)}</ul>
      )}
    </section>
  )
}

/** What each platform gives to a value of a month. */
function MonthDrawer({ of, close }: { of: MonthOf | null; close: () => void }) {
  const t = usePlatformTexts()
  const names = useCatalogue()
  return (
    <Drawer open={of !== null} onClose={close} size={840} title={of ? `${names(of.code)} ${of.month}` : t('origin.title')} destroyOnHidden>
      {of && <MonthFigures of={of} />}
    </Drawer>
  )
}

function MonthFigures({ of }: { of: MonthOf }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const fixed = Object.fromEntries(Object.entries(of).filter(([, v]) => v))
  return (
    <>
      <p className="lh-note">{t('origin.monthNote')}</p>
      <DataTable<MonthFigure>
        url="/api/platforms/analysis/figures" queryKey={[...analysisKey, 'figures']} label={t('origin.inputs')} rowKey={(x) => x.platform_id} fixed={fixed} prefix="sum-" views="" exports
        empty={<EmptyState title={t('origin.noInputs')} note={t('origin.noInputsNote')} />}
        columns={[
          { key: 'platform', title: t('page.title'), render: (x) => <><Link to={`/platforms/${x.platform_id}`}>{text(x.platform)}</Link> {x.synthetic && <SyntheticMark />}</> },
          { key: 'value', title: t('field.value'), align: 'right', render: (x) => <FigureLink of={{ platform: x.platform_id, code: of.code, month: of.month }}>{f.number(x.value, 4)}</FigureLink> },
          { key: 'rule', title: t('origin.formula'), from: 'sm', render: (x) => t('ranking.ruleOf', { rule: t(`origin.ofPeriod.${x.rule}`), facts: x.facts }) },
          { key: 'period', title: t('field.period'), from: 'md', render: (x) => <span className="lh-number">{f.date(x.period)}{x.revision > 1 && ` · ${t('page.revision', { n: x.revision })}`}</span> },
          { key: 'known', title: t('field.received'), from: 'md', render: (x) => <span className="lh-number">{f.time(x.known)}</span> },
          { key: 'receipt', title: t('field.receipt'), from: 'xl', render: (x) => <Receipt platform={x.platform_id} id={x.submission_id} /> },
        ]}
      />
    </>
  )
}
