import { Link } from 'react-router'
import { DataTable, EmptyState, none, StatusTag, useText, type Column } from '../../kernel'
import { answers, answerTone, bands, bandTone, states, stateTone, useDeclares, useWeaknessTexts, weaknessKey, type ExposureRow } from './weaknesses'

/** What advisories mean for assets: what to do goes first. */
export function ExposureTable({ fixed = {}, filters = false, stale = false }: { fixed?: Record<string, string>; filters?: boolean; stale?: boolean }) {
  const t = useWeaknessTexts()
  const text = useText()
  const declares = useDeclares()
  const columns: Column<ExposureRow>[] = [
    { key: 'priority', title: t('weakness.exposures.priority'), sort: 'priority', render: (x) => x.answer === 'not_affected' ? none : <span className="lh-two"><StatusTag tone={bandTone[x.band]}>{t(`weakness.bands.${x.band}`)}</StatusTag><span className="lh-muted lh-number">{x.priority}</span></span> },
    { key: 'asset', title: t('weakness.exposures.asset'), sort: 'asset', render: (x) => <span className="lh-two lh-wrap"><span><Link to={`/security/exposures/${x.id}`}>{x.asset}</Link></span><span className="lh-muted">{declares ? [x.product, x.firmware].filter(Boolean).join(' · ') : text(x.enterprise)}</span></span> },
    { key: 'remedy', title: t('weakness.exposures.remedy'), from: 'md', render: (x) => (x.remedy.category ? <span className="lh-two lh-wrap"><span>{t(`weakness.remedies.${x.remedy.category as 'other'}`)}</span><span className="lh-muted">{cut(x.remedy.details)}</span></span> : <span className="lh-muted">{t('weakness.exposures.noRemedy')}</span>) },
    { key: 'answer', title: t('weakness.exposures.answer'), render: (x) => <span className="lh-two lh-wrap"><StatusTag tone={answerTone[x.answer]}>{t(`weakness.answers.${x.answer}`)}</StatusTag><span className="lh-muted">{x.reason ? t(`weakness.reasons.${x.reason as 'version_named'}`) : none}</span></span> },
    { key: 'advisory', title: t('weakness.exposures.advisory'), sort: 'title', from: 'lg', render: (x) => <span className="lh-two lh-wrap"><span>{x.title} {x.kev && <StatusTag tone="bad">{t('weakness.advisories.kev')}</StatusTag>}</span><span className="lh-muted">{[x.tracking_id, x.listed].filter(Boolean).join(' · ')}</span></span> },
    { key: 'state', title: t('weakness.exposures.state'), sort: 'state', from: 'sm', render: (x) => (x.answer === 'not_affected' ? none : <StatusTag tone={stateTone[x.state]}>{t(`weakness.states.${x.state}`)}</StatusTag>) },
  ]
  return (
    <DataTable<ExposureRow>
      url="/api/security/exposures" queryKey={[...weaknessKey, 'exposures', fixed]} fixed={fixed} label={t('weakness.exposures.title')} rowKey={(x) => x.id} columns={columns} {...(stale ? { every: 2000 } : {})}
      {...(filters ? { search: t('weakness.exposures.search'), exports: true } : { prefix: 'x', views: '' })}
      filters={filters ? [
        { name: 'answer', label: t('weakness.exposures.answer'), options: answers.map((a) => ({ value: a, label: t(`weakness.answers.${a}`) })) },
        { name: 'band', label: t('weakness.exposures.band'), options: bands.map((b) => ({ value: b, label: t(`weakness.bands.${b}`) })) },
        { name: 'state', label: t('weakness.exposures.state'), options: states.map((s) => ({ value: s, label: t(`weakness.states.${s}`) })) },
        { name: 'cve', label: t('weakness.advisories.cve') },
        { name: 'firmware', label: t('weakness.field.firmware'), options: [{ value: 'unknown', label: t('weakness.exposures.noFirmware') }] },
      ] : []}
      empty={<EmptyState title={t('weakness.exposures.empty')} note={t('weakness.exposures.emptyNote')} />}
    />
  )
}

const cut = (text: string) => (text.length > 90 ? `${text.slice(0, 90)}…` : text)
