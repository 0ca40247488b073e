import { useQuery } from '@tanstack/react-query'
import { Alert, Select } from 'antd'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, EmptyState, Failure, Loading, PageHeader, PageTabs, PlainTable, read, useFormat, type Schema } from '../../kernel'
import { ExposureTable } from './AdvisoryExposureTable'
import { useWeaknessTexts, weaknessKey } from './weaknesses'

type Figure = Schema<'AdvisoryFigure'>
const groups = ['district', 'industry', 'vendor', 'advisory'] as const

/** What to mend first, and the figures of the city. */
export default function AdvisoryExposures() {
  const t = useWeaknessTexts()
  const [params, setParams] = useSearchParams()
  return (
    <div className="lh-stack">
      <PageHeader title={t('weakness.exposures.title')} note={t('weakness.exposures.note')} />
      <PageTabs
        label={t('weakness.exposures.title')} active={params.get('tab') ?? 'list'} change={(tab) => setParams({ tab })}
        items={[
          { key: 'list', label: t('weakness.exposures.list'), children: <ExposureTable filters /> },
          { key: 'figures', label: t('weakness.exposures.figures'), children: <Figures /> },
        ]}
      />
    </div>
  )
}

function Figures() {
  const t = useWeaknessTexts()
  const f = useFormat()
  const [by, setBy] = useState<(typeof groups)[number]>('district')
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'figures', by], queryFn: () => read(api.GET('/api/security/exposure-figures', { params: { query: { by } } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  const number = (n: number) => <span className="lh-number">{f.number(n, 0)}</span>
  return (
    <div className="lh-stack">
      <div><Select aria-label={t('weakness.figures.by')} value={by} onChange={setBy} popupMatchSelectWidth={false} options={groups.map((g) => ({ value: g, label: t(`weakness.figures.groups.${g}`) }))} /></div>
      {data?.masked && <Alert type="info" showIcon title={t('weakness.figures.masked')} />}
      {!data ? <Loading /> : data.items.length === 0 ? <EmptyState title={t('weakness.figures.empty')} /> : (
        <PlainTable<Figure>
          label={t('weakness.exposures.figures')} rowKey={(x) => x.group} dataSource={data.items} pagination={false}
          columns={[
            { title: t(`weakness.figures.groups.${by}`), render: (_, x) => <span className="lh-wrap">{by === 'advisory' ? <Link to={`/security/advisories/${x.group}`}>{x.title}</Link> : x.group || t('weakness.figures.unsaid')}</span> },
            { title: t('weakness.figures.enterprises'), align: 'right', render: (_, x) => number(x.enterprises) },
            { title: t('weakness.figures.assets'), align: 'right', render: (_, x) => number(x.assets) },
            { title: t('weakness.figures.unsure'), align: 'right', responsive: ['sm'], render: (_, x) => number(x.unsure) },
            { title: t('weakness.figures.now'), align: 'right', responsive: ['sm'], render: (_, x) => number(x.now) },
            ...(by === 'advisory' ? [] : [{ title: t('weakness.figures.declared'), align: 'right' as const, responsive: ['md' as const], render: (_: unknown, x: Figure) => number(x.declared) }]),
          ]}
        />
      )}
    </div>
  )
}
