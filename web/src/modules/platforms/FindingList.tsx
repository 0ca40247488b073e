import { Link } from 'react-router'
import { DataTable, EmptyState, none, StatusTag, useFormat, useLive, useOpen, useText, type Column, type Filter } from '../../kernel'
import { topic, useCatalogue } from './data'
import { FindingDrawer } from './Finding'
import { findingsKey, kinds, severityTone, stateTone, type Doubt } from './findings'
import { usePlatformTexts } from './texts'

/** Findings as a list, of one platform or of all; a row opens its evidence. */
export function Findings({ platform }: { platform?: string }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const titles = useCatalogue()
  const [open, show] = useOpen()
  useLive(topic, findingsKey)
  const columns: Column<Doubt>[] = [
    {
      key: 'kind', title: t('quality.what'), sort: 'kind',
      render: (d) => (
        <span className="lh-two">
          <button type="button" className="lh-link" onClick={() => show(d.id)}>{t(`quality.kinds.${d.kind}`)}</button>
          <span>{d.code ? titles(d.code) : t('quality.whole')}</span>
        </span>
      ),
    },
    ...(platform ? [] : [{ key: 'platform', title: t('page.title'), sort: 'platform', render: (d: Doubt) => <Link to={`/platforms/${d.platform_id}?tab=quality`}>{text(d.platform)}</Link> }]),
    { key: 'period', title: t('field.period'), sort: 'from', from: 'sm', render: (d) => <span className="lh-number">{d.from === d.until ? f.date(d.from) : `${f.date(d.from)} – ${f.date(d.until)}`}</span> },
    { key: 'severity', title: t('quality.severity'), sort: 'severity', from: 'sm', render: (d) => <StatusTag tone={severityTone[d.severity]}>{t(`quality.severities.${d.severity}`)}</StatusTag> },
    { key: 'state', title: t('quality.state'), sort: 'state', render: (d) => <StatusTag tone={stateTone[d.state]}>{t(`quality.states.${d.state}`)}</StatusTag> },
    { key: 'operator', title: t('quality.owner'), from: 'xl', render: (d) => text(d.operator.name) || none },
    { key: 'found', title: t('quality.found'), sort: 'found_at', from: 'lg', render: (d) => <span className="lh-number">{f.time(d.found_at)}</span> },
  ]
  const filters: Filter[] = [
    { name: 'state', label: t('quality.state'), options: (['open', 'explained', 'corrected', 'accepted'] as const).map((s) => ({ value: s, label: t(`quality.states.${s}`) })) },
    { name: 'severity', label: t('quality.severity'), options: (['high', 'medium', 'low'] as const).map((s) => ({ value: s, label: t(`quality.severities.${s}`) })) },
    { name: 'kind', label: t('quality.what'), options: kinds.map((k) => ({ value: k, label: t(`quality.kinds.${k}`) })) },
  ]
  return (
    <>
      <DataTable<Doubt>
        url="/api/platforms/quality/findings"
        queryKey={findingsKey}
        label={t('quality.title')}
        rowKey={(d) => d.id}
        columns={columns}
        filters={filters}
        {...(platform ? { fixed: { platform }, prefix: 'f.', views: '' } : { search: t('quality.search') })}
        exports
        empty={<EmptyState title={t('quality.none')} note={t('quality.noneNote')} />}
      />
      <FindingDrawer id={open} close={() => show(null)} />
    </>
  )
}
