import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { useMemo } from 'react'
import { api, Failure, Figure, Figures, Loading, none, PlainTable, read, useFormat, usePalette, useText, type Schema } from '../../kernel'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { noticeKey, type Statistics } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** What became of a notice, in figures. */
export function NoticeFigures({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({ queryKey: [...noticeKey, 'statistics', id], queryFn: () => read(api.GET('/api/security/notices/{id}/statistics', { params: { path: { id } } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  return data ? <div className="lh-stack"><Board figures={data} /><ReceiptsMap id={id} /></div> : <Loading />
}

/** Addressees and receipts on the map: the redder, the more are missing. */
function ReceiptsMap({ id }: { id: string }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const colours = usePalette()
  const { data } = useQuery({ queryKey: [...noticeKey, 'districts', id], queryFn: () => read(api.GET('/api/security/notices/{id}/districts', { params: { path: { id } } })) })
  const areas = useMemo<Area[]>(
    () => (data?.districts ?? []).map((d) => ({
      shape: d.name.zh, label: text(d.name), value: Math.round((100 * (d.addressees - d.acknowledged)) / Math.max(d.addressees, 1)),
      note: [`${t('notice.figures.addressees')}  ${f.number(d.addressees, 0)}`, `${t('notice.figures.acknowledged')}  ${f.number(d.acknowledged, 0)}`, `${t('notice.map.late')}  ${f.number(d.late, 0)}`, `${t('notice.map.overdue')}  ${f.number(d.overdue, 0)}`],
    })),
    [data, text, t, f],
  )
  if (!data || data.districts.length === 0) return null
  return (
    <div className="lh-columns">
      <Card size="small" title={t('notice.map.title')}><DistrictMap areas={areas} colours={{ ...colours, ramp: [colours.line, colours.bad] }} most={100} height={360} label={t('notice.map.title')} /></Card>
      <Card size="small" title={t('notice.map.title')}>
        <PlainTable<Schema<'NoticeDistrictReceipts'>>
          label={t('notice.map.title')} rowKey="district" dataSource={data.districts}
          columns={[
            { title: t('notice.map.district'), render: (_, d) => text(d.name) },
            { title: t('notice.map.share'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.acknowledged, 0)} / {f.number(d.addressees, 0)}</span> },
            { title: t('notice.map.late'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.late, 0)}</span> },
            { title: t('notice.map.overdue'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.overdue, 0)}</span> },
          ]}
        />
      </Card>
    </div>
  )
}

/** The figures of a notice, or of a drill. */
export function Board({ figures: s }: { figures: Statistics }) {
  const t = useNoticeTexts()
  const f = useFormat()
  const length = (seconds: number) => (seconds >= 3600 ? t('assignment.hours', { n: Math.floor(seconds / 3600), m: Math.floor((seconds % 3600) / 60) }) : t('assignment.minutes', { n: Math.floor(seconds / 60), s: Math.floor(seconds % 60) }))
  const spreads = [{ name: t('notice.figures.toAcknowledge'), ...s.to_acknowledge }, { name: t('notice.figures.toFeedBack'), ...s.to_feed_back }]
  const figure = (label: Parameters<typeof t>[0], value: number) => <Figure label={t(label)} value={f.number(value, 0)} />
  return (
    <div className="lh-stack">
      <Figures>
        {figure('notice.figures.addressees', s.addressees)}
        {figure('notice.figures.delivered', s.delivered)}
        {figure('notice.figures.unreachable', s.unreachable)}
        {figure('notice.figures.acknowledged', s.acknowledged)}
        {figure('notice.figures.inTime', s.acknowledged_in_time)}
        {figure('notice.figures.late', s.acknowledged_late)}
        {figure('notice.figures.affected', s.affected)}
        {figure('notice.figures.notAffected', s.not_affected)}
        {figure('notice.figures.fedBack', s.fed_back)}
        {figure('notice.figures.verified', s.verified)}
        {figure('notice.figures.returned', s.returned)}
        {figure('notice.figures.overdue', s.overdue)}
        {figure('notice.figures.escalated', s.escalated)}
        {figure('notice.figures.released', s.released)}
      </Figures>
      <Card size="small">
        <PlainTable<(typeof spreads)[number]>
          label={t('notice.tabs.figures')} rowKey={(x) => x.name} dataSource={spreads}
          columns={[
            { title: '', render: (_, x) => x.name },
            { title: t('notice.figures.count'), align: 'right', render: (_, x) => f.number(x.count, 0) },
            ...(['median', 'p90', 'p99'] as const).map((k) => ({ title: t(`notice.figures.${k}`), align: 'right' as const, render: (_: unknown, x: (typeof spreads)[number]) => (x.count ? <span className="lh-number">{length(x[k])}</span> : none) })),
          ]}
        />
      </Card>
    </div>
  )
}
