import { Failure, Figure, Figures, PageHeader, useFormat } from '../../kernel'
import { AlertList } from './AlertList'
import { severities, useAlertCounts } from './alerts'
import { usePlatformTexts } from './texts'

/** What is wrong with platforms now, and was. */
export default function AlertsPage() {
  const t = usePlatformTexts()
  const f = useFormat()
  const counts = useAlertCounts()
  const c = counts.data
  return (
    <div className="lh-stack">
      <PageHeader title={t('alerts.title')} note={t('alerts.note')} />
      {counts.error && <Failure problem={counts.error} retry={() => void counts.refetch()} />}
      {c && (
        <Figures>
          {severities.map((s) => <Figure key={s} label={t(`alerts.severities.${s}`)} value={f.number(c[s])} note={t('alerts.states.firing')} />)}
          <Figure label={t('alerts.unclaimed')} value={f.number(c.unclaimed)} note={t('alerts.quietCount', { count: c.quiet })} />
          <Figure label={t('alerts.states.pending')} value={f.number(c.pending)} note={t('alerts.pendingNote')} />
        </Figures>
      )}
      <AlertList />
    </div>
  )
}
