import { Alert, Drawer, Form, Input, Radio, Space, Timeline } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { api, EntityForm, Failure, ifMatch, Loading, none, Particulars, read, StatusTag, useChange, useFormat, useLanguage, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { lineOption, type Line } from '../../lib/chart/line'
import { roomKey, useCatalogue } from './data'
import { severityTone, stateTone, useFinding, type FindingDetail } from './findings'
import { usePlatformTexts } from './texts'

/** A finding with its evidence, and what can be done about it. */
export function FindingDrawer({ id, close }: { id: string | null; close: () => void }) {
  const t = usePlatformTexts()
  const finding = useFinding(id)
  const d = finding.data
  return (
    <Drawer open={id !== null} onClose={close} size={760} title={d ? t(`quality.kinds.${d.kind}`) : t('quality.title')} destroyOnHidden>
      {finding.error && <Failure problem={finding.error} retry={() => void finding.refetch()} />}
      {finding.isPending && <Loading />}
      {d && <Body finding={d} key={d.id} />}
    </Drawer>
  )
}

function Body({ finding: d }: { finding: FindingDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const titles = useCatalogue()
  const period = d.from === d.until ? f.date(d.from) : `${f.date(d.from)} – ${f.date(d.until)}`
  const items = [
    { key: 'platform', label: t('page.title'), children: <Link to={`/platforms/${d.platform_id}`}>{text(d.platform)}</Link> },
    { key: 'indicator', label: t('field.indicator'), children: d.code ? <Named title={titles(d.code)} code={d.code} /> : t('quality.whole') },
    ...(d.other ? [{ key: 'other', label: t('quality.other'), children: d.kind === 'copy' ? <Link to={`/platforms/${d.other}`}>{text(d.other_title) || d.other}</Link> : <Named title={text(d.other_title)} code={d.other} /> }] : []),
    { key: 'period', label: t('field.period'), children: period },
    { key: 'owner', label: t('quality.owner'), children: text(d.operator.name) || none },
    { key: 'found', label: t('quality.found'), children: f.time(d.found_at) },
  ]
  return (
    <div className="lh-stack">
      <Space wrap>
        <StatusTag tone={severityTone[d.severity]}>{t(`quality.severities.${d.severity}`)}</StatusTag>
        <StatusTag tone={stateTone[d.state]}>{t(`quality.states.${d.state}`)}</StatusTag>
      </Space>
      <p className="lh-muted">{t(`quality.about.${d.kind}`)}</p>
      <Curve finding={d} />
      <Particulars items={[...items, ...d.evidence.figures.map((x) => ({ key: x.name, label: figureName(t, x.name), children: <FigureOf finding={d} name={x.name} value={x.value} /> }))]} />
      <section aria-label={t('quality.steps')}>
        <h3>{t('quality.steps')}</h3>
        <Timeline
          items={d.steps.map((s, i) => ({
            key: i,
            content: (
              <>
                <div>
                  <StatusTag tone={stateTone[s.state]}>{t(`quality.states.${s.state}`)}</StatusTag> {s.name || t('quality.byChecks')} <span className="lh-muted">{f.time(s.at)}</span>
                </div>
                {s.reason && <div>{s.reason}</div>}
              </>
            ),
          }))}
        />
      </section>
      {d.may_explain && <Explain finding={d} />}
      {(d.may_accept || d.may_reopen) && <Decide finding={d} key={d.state} />}
      {d.state === 'open' && <Alert type="info" showIcon title={t('quality.correctNote')} />}
    </div>
  )
}

function Named({ title, code }: { title: string; code: string }) {
  return (
    <>
      {title} <span className="lh-code">{code}</span>
    </>
  )
}

/** A figure, and where it comes from when it is compared with one from elsewhere. */
function FigureOf({ finding: d, name, value }: { finding: FindingDetail; name: string; value: number }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const titles = useCatalogue()
  const source = d.evidence.sources.find((s) => s.figure === name)
  const written = <span className="lh-number">{writeFigure(f.number, name, value)}</span>
  if (!source) return written
  const of = source.at === source.until ? f.date(source.at) : `${f.date(source.at)} – ${f.date(source.until)}`
  const from = source.from === 'report' ? t('quality.sources.report', { title: titles(source.code ?? '') || source.code, of }) : t(`quality.sources.${source.from}`, { of, came: f.time(source.came ?? source.until) })
  return (
    <>
      {written} <span className="lh-muted">{from}</span>
    </>
  )
}

type Texts = ReturnType<typeof usePlatformTexts>

const figures = [
  'periods', 'due', 'late', 'median_hours_late', 'hours_after_day', 'usual_hours', 'days', 'reports', 'usual', 'refused', 'value', 'before', 'times', 'z', 'z_week', 'came_back', 'usually_unchanged', 'chance',
  'others_moved', 'others', 'chi_squared', 'values', 'most_frequent_digit', 'its_share', 'left_over', 'first', 'last', 'cusum', 'usual_weekly_growth', 'weekly_growth', 'indicators', 'days_back', 'part', 'whole',
  'equal_days', 'equal_indicators', 'correlation', 'correlated_days', 'own', 'with', 'ratio', 'usual_ratio', 'ratio_times', 'ratio_bound', 'ratio_score', 'weeks', 'reported', 'listed', 'off_share', 'share_bound', 'frame',
] as const

function figureName(t: Texts, name: string): string {
  return (figures as readonly string[]).includes(name) ? t(`quality.figures.${name as (typeof figures)[number]}`) : name
}

const shares = new Set(['usually_unchanged', 'its_share', 'usual_weekly_growth', 'weekly_growth', 'off_share', 'share_bound'])

function writeFigure(number: (v: number, digits?: number) => string, name: string, value: number): string {
  if (shares.has(name)) return `${number(value * 100, 2)}%`
  if (name === 'correlation') return value.toFixed(6)
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(2)
  return number(value, Math.abs(value) < 100 ? 4 : 2)
}

/** What was reported around the periods; doubted points stand out. */
function Curve({ finding: d }: { finding: FindingDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const language = useLanguage()
  const colours = usePalette()
  const titles = useCatalogue()
  const ratio = d.kind === 'relation'
  const unit = ratio ? '' : d.kind === 'late' || d.kind === 'clock' ? t('quality.hours') : d.kind === 'flood' ? t('quality.reportsUnit') : d.code ? text(d.unit) : ''
  const name = ratio ? t('quality.ratioOf', { a: titles(d.code) || d.code, b: text(d.other_title) || d.other }) : d.kind === 'late' || d.kind === 'clock' ? t('quality.lag') : d.kind === 'flood' ? t('quality.figures.reports') : titles(d.code || d.evidence.lead) || t('field.value')
  const option = useMemo(() => {
    const points = (list: FindingDetail['evidence']['curve']) => list.map((s) => [s.at, s.value] as [number, number])
    const lines: Line[] = [{ name, points: points(d.evidence.curve) }]
    if (d.evidence.against.length > 0) lines.push({ name: text(d.other_title) || t('quality.other'), points: points(d.evidence.against), dashed: true })
    const base = lineOption(lines, { colours, write: (v) => `${f.number(v)} ${unit}`, time: (at) => f.date(at) })
    const bad = points(d.evidence.curve.filter((s) => s.bad))
    const mark = { type: 'line', name: t('quality.doubted'), data: bad, symbol: 'circle', showSymbol: true, showAllSymbol: true, symbolSize: 8, lineStyle: { opacity: 0 }, itemStyle: { color: colours.bad }, tooltip: { show: false }, z: 5 }
    return { ...base, legend: lines.length > 1 ? { ...(base.legend as object), data: lines.map((l) => l.name) } : undefined, series: [...(base.series as object[]), mark] }
    // The language changes what the axis says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [d, colours, f, unit, name, language])
  if (d.evidence.curve.length === 0) return null
  return (
    <section aria-label={name}>
      <strong>{name}</strong> {unit && <span className="lh-muted">{unit}</span>}
      <Chart option={option} height={260} label={t('quality.curve', { name, count: d.evidence.curve.filter((s) => s.bad).length })} />
      <div className="lh-muted"><span style={{ color: colours.bad }}>●</span> {t('quality.doubted')}</div>
    </section>
  )
}

interface Reason {
  reason?: string
}

interface Decision extends Reason {
  accept: boolean
}

function ReasonField({ label }: { label: string }) {
  const t = usePlatformTexts()
  return (
    <Form.Item name="reason" label={label} rules={[{ required: true, whitespace: true, message: t('form.missing', { label }) }]}>
      <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
    </Form.Item>
  )
}

function Explain({ finding: d }: { finding: FindingDetail }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Reason>()
  const change = useChange({
    run: (v: Reason) => read(api.POST('/api/platforms/quality/findings/{id}/explanation', { params: { path: { id: d.id }, header: ifMatch(d.version) }, body: { reason: v.reason ?? '' } })),
    refresh: [roomKey], done: t('quality.explained'), after: () => form.resetFields(), quiet: true,
  })
  return (
    <EntityForm<Reason> name="explain" form={form} submit={(v) => change.mutateAsync(v)} submitLabel={t('quality.explain')}>
      <ReasonField label={t('quality.explanation')} />
    </EntityForm>
  )
}

/** One form for both decisions: which one is told by the choice, and what was typed stays. */
function Decide({ finding: d }: { finding: FindingDetail }) {
  const t = usePlatformTexts()
  const [form] = Form.useForm<Decision>()
  const choices = [...(d.may_accept ? [{ value: true, label: t('quality.accept') }] : []), ...(d.may_reopen ? [{ value: false, label: t('quality.reopen') }] : [])]
  const change = useChange({
    run: (v: Decision) => read(api.POST('/api/platforms/quality/findings/{id}/decision', { params: { path: { id: d.id }, header: ifMatch(d.version) }, body: { accept: v.accept, reason: v.reason ?? '' } })),
    refresh: [roomKey], done: t('quality.decided'), after: () => form.resetFields(['reason']), quiet: true,
  })
  return (
    <EntityForm<Decision> name="decide" form={form} initial={{ accept: choices[0]!.value }} submit={(v) => change.mutateAsync(v)} submitLabel={t('quality.decide')}>
      <Form.Item name="accept" label={t('quality.decision')}>
        <Radio.Group options={choices} />
      </Form.Item>
      <ReasonField label={t('quality.decisionReason')} />
    </EntityForm>
  )
}
