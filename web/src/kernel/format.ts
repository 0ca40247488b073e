import { useMemo } from 'react'
import { useLanguage, type Language } from './language'

/** How numbers and times are written. */
export interface Format {
  number: (value: number, digits?: number) => string
  /** In the city's time, which is named to readers elsewhere. */
  time: (value: string | number | Date | undefined | null) => string
  date: (value: string | number | Date | undefined | null) => string
  /** Several words in one line. */
  list: (words: string[]) => string
  /** Time passed since, in the roughest unit that still says something. */
  ago: (value: string | number | Date | undefined | null, now?: number) => string
}

/** What a clock of the city gives as its offset, in minutes. */
const cityOffset = -480

/** No value: the same mark everywhere. */
export const none = '—'

/** Go writes times that never were as year 1. */
function real(value: string | number | Date | undefined | null): Date | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const date = new Date(value)
  return Number.isNaN(date.getTime()) || date.getFullYear() < 1971 ? undefined : date
}

/** The unit in which a span of seconds is told, and how many of it. */
export function span(seconds: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  const steps: [number, 'second' | 'minute' | 'hour' | 'day'][] = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute']]
  for (const [length, unit] of steps) if (seconds >= length) return [Math.floor(seconds / length), unit]
  return [Math.max(0, Math.floor(seconds)), 'second']
}

/** Makes the writers for a language. */
export function formatIn(language: Language): Format {
  const locale = language === 'en' ? 'en-GB' : 'zh-CN'
  // British and American readers take 03/04 for different days; the year first is read alike.
  const dates = language === 'en' ? 'sv-SE' : locale
  // Days and times are the city's: a reader elsewhere must not be told the day before, nor
  // take a deadline for another hour.
  const time = new Intl.DateTimeFormat(dates, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' })
  const date = new Intl.DateTimeFormat(dates, { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: 'Asia/Shanghai' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return {
    number: (value, digits = 2) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
    time: (value) => {
      const at = real(value)
      return at ? time.format(at) + (at.getTimezoneOffset() === cityOffset ? '' : ' UTC+8') : none
    },
    date: (value) => (real(value) ? date.format(real(value)) : none),
    list: (words) => words.join(language === 'en' ? ', ' : '、'),
    ago: (value, now = Date.now()) => {
      const at = real(value)
      if (!at) return none
      const [n, unit] = span((now - at.getTime()) / 1000)
      return relative.format(-n, unit)
    },
  }
}

/** The writers for the language in force. */
export function useFormat(): Format {
  const language = useLanguage()
  return useMemo(() => formatIn(language), [language])
}
