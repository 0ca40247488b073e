import { PlainTable, useFormat, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import type { Benchmark, Result } from './diagnosis'
import { useEnterpriseTexts } from './texts'

type Axis = Result['axes'][number]

/** An enterprise beside the medians of its industry and its district, as a picture and as a table. */
export function Radar({ result: r, benchmarks }: { result: Result; benchmarks: Benchmark[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const p = usePalette()
  const told = benchmarks.filter((b) => b.enterprises > 0)
  const name = (b: Benchmark) => t(b.of === 'industry' ? 'diagnosis.industryMedian' : 'diagnosis.districtMedian', { count: b.enterprises })
  const of = (b: Benchmark, a: Axis) => b.axes.find((x) => x.code === a.code)
  const option = {
    color: p.series, textStyle: { fontFamily: 'inherit' }, animation: false, tooltip: { confine: true },
    legend: { bottom: 0, textStyle: { color: p.text }, data: [t('diagnosis.own'), ...told.map(name)] },
    radar: {
      center: ['50%', '46%'], radius: '50%', splitNumber: 4, indicator: r.axes.map((a) => ({ name: text(a.title), max: 100 })), axisName: { color: p.text, lineHeight: 16, formatter: (n?: string) => (n ?? '').replace(' ', '\n') },
      splitLine: { lineStyle: { color: p.line } }, axisLine: { lineStyle: { color: p.line } }, splitArea: { show: false },
    },
    series: [{
      type: 'radar',
      data: [
        { name: t('diagnosis.own'), value: r.axes.map((a) => a.percent), areaStyle: { opacity: 0.18 }, lineStyle: { width: 2 } },
        ...told.map((b, n) => ({ name: name(b), value: r.axes.map((a) => of(b, a)?.median ?? 0), lineStyle: { type: n === 0 ? 'dashed' : 'dotted', width: 2 } })),
      ],
    }],
  }
  return (
    <>
      <Chart option={option} height={340} label={t('diagnosis.radarLabel', { values: f.list(r.axes.map((a) => `${text(a.title)} ${f.number(a.percent, 1)}%`)) })} />
      <PlainTable<Axis>
        label={t('diagnosis.radar')} rowKey="code" dataSource={r.axes} scroll={{ x: '100%' }}
        columns={[
          { key: 'aspect', title: t('diagnosis.aspect'), render: (_, a) => <span className="lh-wrap">{text(a.title)}</span> },
          { key: 'own', title: t('diagnosis.own'), align: 'right', render: (_, a) => <span className="lh-number">{f.number(a.percent, 1)}%</span> },
          ...told.map((b) => ({
            key: b.of, title: name(b), align: 'right' as const,
            render: (_: unknown, a: Axis) => { const q = of(b, a); return q && <span className="lh-number" title={`${t('diagnosis.quartile')} ${f.number(q.q1, 1)}–${f.number(q.q3, 1)}%`}>{f.number(q.median, 1)}%</span> },
          })),
        ]}
      />
      {told.length < 2 && <p className="lh-note">{t('diagnosis.few')}</p>}
    </>
  )
}
