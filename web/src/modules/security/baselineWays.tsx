import { StatusTag } from '../../kernel'
import { useBaselineTexts, type Line, type Way } from './baselineTexts'
import { classTone, useSensorTexts } from './sensors'

/** An address, with the asset that has it. */
export function Host({ addr, place, port, after }: { addr: string; place?: Line['client_place']; port?: string; after?: React.ReactNode }) {
  const about = place ? [place.name, place.zone].filter(Boolean).join(' · ') : ''
  return <span className="lh-two lh-wrap"><span className="lh-code">{addr}{port}</span>{(about || after) && <span className="lh-muted">{about}{about && after ? ' · ' : ''}{after}</span>}</span>
}

/** The server of a way, with its port. */
export function useServer() {
  const t = useBaselineTexts()
  return (w: Way) => (w.port === -1 ? `:${t('baseline.review.any')}` : w.port > 0 ? `:${w.port}` : '')
}

/** How two speak: protocol, function and unit, in words where they may be any. */
export function Manner({ way: w }: { way: Way }) {
  const t = useBaselineTexts()
  const unit = w.unit === -1 ? t('baseline.review.anyOf.unit') : w.unit > 0 ? `${t('baseline.review.unit')} ${w.unit}` : ''
  return <span className="lh-two lh-wrap"><span className="lh-code">{w.protocol} {w.function === '*' ? t('baseline.review.anyOf.function') : w.function}</span>{unit && <span className="lh-muted">{unit}</span>}</span>
}

export function ClassTag({ name }: { name: string }) {
  const t = useSensorTexts()
  return <StatusTag tone={classTone[name] ?? 'idle'}>{t(`sensor.classes.${name as 'read'}`)}</StatusTag>
}
