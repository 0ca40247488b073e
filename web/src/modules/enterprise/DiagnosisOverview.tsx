import { useQuery } from '@tanstack/react-query'
import { Card, Select } from 'antd'
import { useState } from 'react'
import { api, EmptyState, Failure, Figure, Figures, Loading, PlainTable, read, SyntheticMark, useFormat, usePalette, useText } from '../../kernel'
import { Chart } from '../../lib/chart/Chart'
import { diagnosisKey, usePlaces, useTemplates, type Division } from './diagnosis'
import { useLevelName } from './DiagnosisParts'
import { useEnterpriseTexts } from './texts'

/** The city's diagnoses by level, industry and district; of each enterprise the newest. */
export function Overview() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const p = usePalette()
  const places = usePlaces()
  const templates = useTemplates()
  const [template, choose] = useState('sme-2024')
  const found = templates.data?.items.find((x) => x.id === template)
  const level = useLevelName(found)
  const overview = useQuery({ queryKey: [...diagnosisKey, 'overview', template], queryFn: () => read(api.GET('/api/enterprise/diagnosis/overview', { params: { query: { template } } })) })
  if (overview.error) return <Failure problem={overview.error} retry={() => void overview.refetch()} />
  if (!overview.data || !templates.data) return <Loading />
  const o = overview.data
  const picker = <Select aria-label={t('diagnosis.questionnaire')} value={template} onChange={choose} popupMatchSelectWidth={false} options={templates.data.items.map((x) => ({ value: x.id, label: text(x.title) }))} className="lh-diagnosis-picker" />
  if (o.enterprises === 0) return <div className="lh-stack">{picker}<EmptyState title={t('diagnosis.noOverview')} /></div>
  const bars = {
    color: p.series, animation: false, textStyle: { fontFamily: 'inherit' }, tooltip: { trigger: 'axis', confine: true }, grid: { left: 8, right: 40, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: 'value', minInterval: 1, axisLabel: { color: p.muted }, splitLine: { lineStyle: { color: p.line } } },
    yAxis: { type: 'category', inverse: true, data: o.levels.map((_, n) => level(n)), axisLabel: { color: p.text }, axisTick: { show: false }, axisLine: { lineStyle: { color: p.line } } },
    series: [{ type: 'bar', data: o.levels, barMaxWidth: 22, label: { show: true, position: 'right', color: p.text } }],
  }
  const divisions = (title: string, kind: 'industries' | 'districts', list: Division[]) => (
    <Card size="small" title={title}>
      <PlainTable<Division>
        label={title} rowKey="code" dataSource={list}
        columns={[
          { key: 'title', title: t(kind === 'industries' ? 'diagnosis.field.industry' : 'diagnosis.field.district'), render: (_, d) => <span className="lh-wrap">{places.title(kind, d.code)}</span> },
          { key: 'count', title: t('diagnosis.count'), align: 'right', render: (_, d) => <span className="lh-number">{d.enterprises}</span> },
          ...o.levels.map((_, n) => ({ key: `l${n}`, title: level(n), align: 'right' as const, responsive: ['lg' as const], render: (_x: unknown, d: Division) => <span className="lh-number">{d.levels[n]}</span> })),
          { key: 'median', title: t('diagnosis.median'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.score, 1)}</span> },
        ]}
      />
    </Card>
  )
  return (
    <div className="lh-stack">
      <div className="lh-bar">{picker}{o.synthetic && <SyntheticMark />}</div>
      <Figures>
        <Figure label={t('diagnosis.enterprises')} value={f.number(o.enterprises)} />
        <Figure label={t('diagnosis.reviewedCount')} value={f.number(o.reviewed)} />
      </Figures>
      <div className="lh-diagnosis-two">
        <Card size="small" title={t('diagnosis.byLevel')}><Chart option={bars} height={40 * o.levels.length + 30} label={`${t('diagnosis.byLevel')}: ${f.list(o.levels.map((n, i) => `${level(i)} ${n}`))}`} /></Card>
        <Card size="small" title={t('diagnosis.city')}>
          <PlainTable
            label={t('diagnosis.city')} rowKey="code" dataSource={o.axes}
            columns={[
              { key: 'title', title: t('diagnosis.aspect'), render: (_, a) => <span className="lh-wrap">{text(a.title)}</span> },
              { key: 'q1', title: t('diagnosis.q1'), align: 'right', responsive: ['sm'], render: (_, a) => <span className="lh-number">{f.number(a.q1, 1)}%</span> },
              { key: 'median', title: t('diagnosis.middle'), align: 'right', render: (_, a) => <span className="lh-number">{f.number(a.median, 1)}%</span> },
              { key: 'q3', title: t('diagnosis.q3'), align: 'right', responsive: ['sm'], render: (_, a) => <span className="lh-number">{f.number(a.q3, 1)}%</span> },
            ]}
          />
        </Card>
      </div>
      {divisions(t('diagnosis.byIndustry'), 'industries', o.industries)}
      {divisions(t('diagnosis.byDistrict'), 'districts', o.districts)}
    </div>
  )
}
