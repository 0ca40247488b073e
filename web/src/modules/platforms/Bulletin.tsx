import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card } from 'antd'
import { Link, useParams } from 'react-router'
import { api, Confirm, CopyBlock, Failure, Figure, Figures, ifMatch, Loading, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useLive, useText, type Schema } from '../../kernel'
import { State } from './Bulletins'
import { bulletinsKey, bulletinTone, useBulletin, type BulletinData, type BulletinDetail, type Difference } from './bulletins'
import { MonthLink } from './FigureLink'
import { Origins } from './Origin'
import { usePlatformTexts } from './texts'

/** One version of a monitoring report: what it holds, its files and its signature. */
export default function BulletinPage() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const bulletin = useBulletin(id)
  useLive('platforms.bulletins', bulletinsKey)
  if (bulletin.error) return <><PageHeader title={t('bulletin.title')} /><Failure problem={bulletin.error} retry={() => void bulletin.refetch()} /></>
  return bulletin.data ? <Page bulletin={bulletin.data} /> : <Loading />
}

function Page({ bulletin: b }: { bulletin: BulletinDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  return (
    <div className="lh-stack">
      <PageHeader
        title={`${b.platform_id ? text(b.platform) : t('bulletin.city')} ${b.period} ${t(`bulletin.kinds.${b.kind}`)}`}
        note={b.number ? t('bulletin.line', { number: b.number, time: f.time(b.made_at), by: b.by || t('bulletin.itself') }) : ''}
        marks={<>{b.number > 0 && <StatusTag tone={bulletinTone[b.state]}>{t(`bulletin.states.${b.state}`)}</StatusTag>}{b.synthetic && <SyntheticMark />}</>}
        actions={<Release bulletin={b} />}
      />
      {b.number === 0 && <Card size="small"><State bulletin={b} /></Card>}
      {b.reason && <Alert type="info" showIcon title={t('bulletin.reasonOf', { reason: b.reason })} />}
      {b.number > 0 && <Files bulletin={b} />}
      {b.data && <Contents data={b.data} facts={b.facts} />}
      {b.number > 1 && <Card size="small" title={t('bulletin.difference')}><Differences list={b.difference} data={b.data} /></Card>}
      {b.versions.length > 1 && (
        <Card size="small" title={t('bulletin.versions')}>
          <ul>{b.versions.map((v) => <li key={v.id}>{v.id === b.id ? <strong>{t('bulletin.versionOf', { number: v.number })}</strong> : <Link to={`/platforms/reports/${v.id}`}>{t('bulletin.versionOf', { number: v.number })}</Link>} <span className="lh-muted">{f.time(v.made_at)} · {t(`bulletin.states.${v.state}`)}</span></li>)}</ul>
        </Card>
      )}
    </div>
  )
}

function Release({ bulletin: b }: { bulletin: BulletinDetail }) {
  const t = usePlatformTexts()
  const release = useChange({
    run: () => read(api.POST('/api/platforms/bulletin/reports/{id}/release', { params: { path: { id: b.id }, header: ifMatch(b.version) } })),
    refresh: [bulletinsKey], done: t('bulletin.released'), quiet: true,
  })
  if (!b.may_release) return null
  return <Confirm title={t('bulletin.releaseTitle')} note={t(b.platform_id ? 'bulletin.releaseNote' : 'bulletin.releaseCity')} label={t('bulletin.release')} danger={false} run={() => release.mutateAsync()} button={{ type: 'primary' }} />
}

function Files({ bulletin: b }: { bulletin: BulletinDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const check = useChange({ run: () => read(api.GET('/api/platforms/bulletin/reports/{id}/verification', { params: { path: { id: b.id } } })), refresh: [], quiet: true })
  const at = `/api/platforms/bulletin/reports/${b.id}`
  const whole = check.data?.signature && check.data.files.every((x) => x.state === 'whole')
  const links = [
    { key: 'pdf', href: `${at}/pdf?lang=zh`, label: t('bulletin.zh', { file: 'PDF' }) }, { key: 'xlsx', href: `${at}/xlsx?lang=zh`, label: t('bulletin.zh', { file: 'XLSX' }) },
    { key: 'pdf-en', href: `${at}/pdf?lang=en`, label: t('bulletin.en', { file: 'PDF' }) }, { key: 'xlsx-en', href: `${at}/xlsx?lang=en`, label: t('bulletin.en', { file: 'XLSX' }) },
    { key: 'data', href: `${at}/data`, label: t('bulletin.data') }, { key: 'signature', href: `${at}/signature`, label: t('bulletin.signature') },
  ]
  return (
    <Card size="small" title={t('bulletin.files')}>
      <div className="lh-stack">
        <div className="lh-bar">{links.map((x) => <Button key={x.key} icon={<DownloadOutlined />} href={x.href}>{x.label}</Button>)}</div>
        <Particulars items={[
          { key: 'digest', label: t('bulletin.digest'), children: <span className="lh-code lh-break">{b.digest}</span> },
          { key: 'key', label: t('bulletin.key'), children: <span className="lh-code lh-break">{b.key} ({b.suite})</span> },
          { key: 'check', label: t('bulletin.check'), children: check.data ? <StatusTag tone={whole ? 'good' : 'bad'}>{t(whole ? 'bulletin.whole' : check.data.signature ? 'bulletin.damaged' : 'bulletin.broken')}</StatusTag> : <Button size="small" loading={check.isPending} onClick={() => check.mutate()}>{t('bulletin.checkNow')}</Button> },
          ...(b.released_at ? [{ key: 'released', label: t('bulletin.releasedBy'), children: `${b.released_by} ${f.time(b.released_at)}` }] : []),
        ]} />
        {check.data && <CopyBlock label={t('bulletin.statement')} text={check.data.statement} />}
      </div>
    </Card>
  )
}

/** What the report holds, without the figures of single platforms. */
function Contents({ data, facts }: { data: BulletinData; facts: number }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const of = new Map(data.indicators.map((x) => [x.code, x]))
  const told = data.totals.filter((x) => x.platforms > 0)
  const change = (v: number | null) => (v === null ? '—' : `${v > 0 ? '+' : ''}${f.number(v, 1)}%`)
  const open = data.findings.filter((x) => x.state === 'open').length
  return (
    <>
      <Figures>
        {told.filter((x) => of.get(x.code)?.key).slice(0, 4).map((x) => <Figure key={x.code} label={text(of.get(x.code)!.title)} value={f.number(x.value ?? 0)} unit={text(of.get(x.code)!.unit)} note={t('bulletin.against', { change: change(x.before.percent) })} />)}
      </Figures>
      <Card size="small" title={t('bulletin.holds')}>
        <Particulars items={[
          { key: 'days', label: t('bulletin.days2'), children: `${data.from} – ${data.until}` },
          { key: 'platforms', label: t('bulletin.platforms'), children: f.number(data.platforms.length) },
          { key: 'facts', label: t('bulletin.figures'), children: f.number(facts) },
          { key: 'grades', label: t('bulletin.grades'), children: ['A', 'B', 'C', 'D', 'none'].map((g) => [g, data.grades.filter((x) => x.grade === g).length] as const).filter(([, n]) => n > 0).map(([g, n]) => `${g === 'none' ? t('quality.ungraded') : g} ${n}`).join(' · ') || '—' },
          { key: 'findings', label: t('bulletin.findings'), children: t('bulletin.findingsOf', { open, all: data.findings.length }) },
          { key: 'alerts', label: t('bulletin.alerts'), children: f.number(data.alerts.reduce((n, a) => n + a.fired, 0)) },
          { key: 'rankings', label: t('bulletin.rankings'), children: data.rankings.map((r) => `${text(r.name)} ${r.month}`).join(' · ') || '—' },
          { key: 'awards', label: t('bulletin.awards'), children: f.number(data.awards.length) },
          { key: 'corrections', label: t('bulletin.corrections'), children: f.number(data.corrections.length) },
          { key: 'missing', label: t('bulletin.missing'), children: f.number(data.missing.length) },
        ]} />
      </Card>
      <Card size="small" title={t('bulletin.indicators')}>
        <PlainTable
          label={t('bulletin.indicators')} rowKey="code" dataSource={told} locale={{ emptyText: t('bulletin.noFigures') }}
          columns={[
            { key: 'title', title: t('field.indicator'), render: (_, x) => <span className="lh-two"><span>{text(of.get(x.code)!.title)}</span><span>{text(of.get(x.code)!.unit)}</span></span> },
            { key: 'value', title: t('field.value'), align: 'right', render: (_, x) => <Total data={data} code={x.code}>{f.number(x.value ?? 0, 2)}</Total> },
            { key: 'before', title: t('bulletin.before'), align: 'right', render: (_, x) => <span className="lh-number">{change(x.before.percent)}</span> },
            { key: 'year', title: t('bulletin.year'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{change(x.year.percent)}</span> },
            { key: 'platforms', title: t('bulletin.reporting'), align: 'right', responsive: ['md'], render: (_, x) => <span className="lh-number">{x.platforms}</span> },
          ]}
        />
        <p className="lh-note">{t('bulletin.same')}</p>
      </Card>
      {data.missing.length > 0 && <Card size="small" title={t('bulletin.missing')}><Missing data={data} /></Card>}
      <Origins />
    </>
  )
}

/** A total opens what each platform gives to it, as it is known now. */
function Total({ data, code, children }: { data: BulletinData; code: string; children: string }) {
  return <MonthLink of={{ code, month: data.period, ...(data.subject ? { platform: data.subject.id } : {}) }}>{children}</MonthLink>
}

function useNames(data: BulletinData | null | undefined) {
  const text = useText()
  const platforms = new Map(data?.platforms.map((p) => [p.id, text(p.name)]))
  const indicators = new Map(data?.indicators.map((x) => [x.code, text(x.title)]))
  return { platform: (id: string) => platforms.get(id) ?? id, indicator: (code: string) => indicators.get(code) ?? code }
}

function Missing({ data }: { data: BulletinData }) {
  const t = usePlatformTexts()
  const names = useNames(data)
  return (
    <PlainTable<Schema<'BulletinMissing'>>
      label={t('bulletin.missing')} rowKey={(x) => `${x.platform} ${x.code}`} dataSource={data.missing} pagination={data.missing.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { key: 'platform', title: t('page.title'), render: (_, x) => <Link to={`/platforms/${x.platform}`}>{names.platform(x.platform)}</Link> },
        { key: 'code', title: t('field.indicator'), render: (_, x) => names.indicator(x.code) },
        { key: 'received', title: t('bulletin.received'), align: 'right', render: (_, x) => <span className="lh-number">{x.received} / {x.due}</span> },
      ]}
    />
  )
}

function Differences({ list, data }: { list: Difference[]; data: BulletinData | null | undefined }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const names = useNames(data)
  const value = (v: number | null) => <span className="lh-number">{v === null ? '—' : f.number(v, 2)}</span>
  return (
    <PlainTable<Difference>
      label={t('bulletin.difference')} rowKey={(x) => [x.part, x.platform, x.code, x.period].join(' ')} dataSource={list} locale={{ emptyText: t('bulletin.unknown') }} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { key: 'what', title: t('bulletin.what'), render: (_, x) => <span className="lh-two"><span>{x.part === 'fact' ? names.indicator(x.code ?? '') : t(`bulletin.parts.${x.part}`)}</span><span>{x.platform && names.platform(x.platform)}</span></span> },
        { key: 'period', title: t('field.period'), responsive: ['sm'], render: (_, x) => <span className="lh-number">{x.period}</span> },
        { key: 'old', title: t('bulletin.old'), align: 'right', render: (_, x) => value(x.old) },
        { key: 'new', title: t('bulletin.new'), align: 'right', render: (_, x) => value(x.new) },
        { key: 'why', title: t('field.reason'), render: (_, x) => <span className="lh-two"><span>{t(`bulletin.why.${x.why}`, { revision: x.revision })}</span><span className="lh-number">{x.known && f.time(x.known)}</span></span> },
      ]}
    />
  )
}
