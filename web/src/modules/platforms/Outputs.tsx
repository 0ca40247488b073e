import { PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Card } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { DataTable, EmptyState, Failure, Loading, PageHeader, PlainTable, StatusTag, SyntheticMark, useFormat, useMay, useText, type Column } from '../../kernel'
import { OutputDrawer } from './Output'
import { OutputForm } from './OutputForm'
import { OutputTable } from './OutputTable'
import { outputKey, outputTone, useOutputYears, type Output, type OutputYear } from './outputs'
import { usePlatformTexts } from './texts'

const states = ['reported', 'accepted', 'refused', 'withdrawn', 'replaced'] as const

/** New output that platforms drove: what it comes to by year, and every figure. */
export default function Outputs() {
  const t = usePlatformTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const [open, show] = useState<'form' | 'table' | null>(null)
  const choose = (id: string | null) => setParams((old) => { if (id) old.set('figure', id); else old.delete('figure'); return old }, { replace: true })
  const actions = may('platforms.output.report') && (
    <>
      <Button icon={<UploadOutlined />} onClick={() => show('table')}>{t('output.table')}</Button>
      <Button type="primary" icon={<PlusOutlined />} onClick={() => show('form')}>{t('output.report')}</Button>
    </>
  )
  return (
    <div className="lh-stack">
      <PageHeader title={t('output.title')} note={t('output.note')} actions={actions} />
      <Years />
      <Figures choose={choose} />
      <OutputDrawer id={params.get('figure')} close={() => choose(null)} />
      <OutputForm open={open === 'form'} close={() => show(null)} />
      <OutputTable open={open === 'table'} close={() => show(null)} />
    </div>
  )
}

/** What the figures come to, with how that is computed. */
function Years() {
  const t = usePlatformTexts()
  const f = useFormat()
  const years = useOutputYears()
  if (years.error) return <Failure problem={years.error} retry={() => void years.refetch()} />
  if (!years.data) return <Loading />
  const { items, amount, city } = years.data
  const number = (n: number, digits = 0) => <span className="lh-number">{f.number(n, digits)}</span>
  return (
    <Card size="small" title={t(city ? 'output.ofCity' : 'output.ofOwn')}>
      {items.length === 0 ? <EmptyState title={t('output.none')} note={t('output.noneNote')} /> : (
        <>
          <p><strong className="lh-number">{f.number(amount / 10_000, 4)}</strong> {t('output.billions')}</p>
          <PlainTable<OutputYear>
            label={t('output.byYear')} rowKey="year" dataSource={items}
            columns={[
              { key: 'year', title: t('foster.yearLabel'), render: (_, y) => <><span className="lh-number">{y.year}</span> {y.synthetic && <SyntheticMark />}</> },
              { key: 'amount', title: t('output.counted'), align: 'right', render: (_, y) => number(y.amount, 2) },
              { key: 'enterprises', title: t('output.enterprises'), align: 'right', render: (_, y) => number(y.enterprises) },
              { key: 'waiting', title: t('output.waiting'), align: 'right', responsive: ['sm'], render: (_, y) => number(y.waiting) },
              { key: 'doubled', title: t('output.doubled'), align: 'right', responsive: ['md'], render: (_, y) => number(y.doubled) },
              { key: 'excess', title: t('output.excess'), align: 'right', responsive: ['md'], render: (_, y) => number(y.excess, 2) },
            ]}
          />
        </>
      )}
      <p className="lh-note">{t('output.method')}</p>
    </Card>
  )
}

function Figures({ choose }: { choose: (id: string) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const city = useOutputYears().data?.city ?? false
  const thisYear = new Date().getFullYear()
  const columns: Column<Output>[] = [
    { key: 'enterprise', title: t('output.enterprise'), sort: 'enterprise', render: (o) => <span className="lh-two"><button type="button" className="lh-link" onClick={() => choose(o.id)}>{o.enterprise}</button><span className="lh-code">{o.uscc}</span></span> },
    { key: 'year', title: t('foster.yearLabel'), sort: 'year', from: 'sm', render: (o) => <span className="lh-number">{o.year}</span> },
    { key: 'amount', title: t('output.amount'), sort: 'amount', align: 'right', render: (o) => <span className="lh-number">{f.number(o.amount, 4)}</span> },
    { key: 'platform', title: t('page.title'), sort: 'platform', from: 'md', render: (o) => <>{text(o.platform)} {o.synthetic && <SyntheticMark />}</> },
    { key: 'project', title: t('output.project'), sort: 'project', from: 'xl', render: (o) => <span className="lh-clip" title={o.project}>{o.project}</span> },
    { key: 'state', title: t('ranking.state'), sort: 'state', render: (o) => <StatusTag tone={outputTone[o.state]}>{t(`output.states.${o.state}`)}</StatusTag> },
    ...(city ? [{ key: 'counted', title: t('output.counts'), from: 'lg' as const, render: (o: Output) => (o.counted ? `${t(`output.countedOf.${o.counted}`)}${o.others > 0 ? t('output.others', { count: o.others }) : ''}` : '') }] : []),
    { key: 'reported', title: t('output.reportedAt'), sort: 'reported_at', from: 'lg', render: (o) => <span className="lh-number">{f.time(o.reported_at)}</span> },
  ]
  return (
    <DataTable<Output>
      url="/api/platforms/output/figures" queryKey={outputKey} label={t('output.figures')} rowKey={(o) => o.id} columns={columns} exports search={t('output.search')}
      filters={[
        { name: 'state', label: t('ranking.state'), options: states.map((s) => ({ value: s, label: t(`output.states.${s}`) })) },
        { name: 'year', label: t('foster.yearLabel'), options: Array.from({ length: 8 }, (_, i) => ({ value: String(thisYear - i), label: String(thisYear - i) })) },
        ...(city ? [{ name: 'double', label: t('output.double'), options: [{ value: 'true', label: t('output.doubleOnly') }] }] : []),
      ]}
      empty={<EmptyState title={t('output.none')} note={t('output.noneNote')} />}
    />
  )
}
