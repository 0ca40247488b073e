import { useSensorTexts } from './sensors'

/** Writes a span of seconds in its roughest unit. */
export function useSpan() {
  const t = useSensorTexts()
  return (seconds: number) => {
    const s = Math.abs(seconds)
    if (s >= 2 * 86_400) return t('sensor.days', { n: Math.round(s / 86_400) })
    if (s >= 2 * 3_600) return t('sensor.hours', { n: Math.round(s / 3_600) })
    if (s >= 120) return t('sensor.minutes', { n: Math.round(s / 60) })
    return t('sensor.seconds', { n: Math.round(s) })
  }
}
