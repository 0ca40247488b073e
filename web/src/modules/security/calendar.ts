import { useQuery } from '@tanstack/react-query'
import { api, read, textsOf, type Schema } from '../../kernel'
import type { zh } from './calendarZh'

/** Translates the texts of the calendar. */
export const useCalendarTexts = textsOf<typeof zh>('security')

export type CalendarShown = Schema<'ClockCalendarShown'>
export type CalendarEntry = CalendarShown['entries'][number]
export type CalendarSaid = Schema<'ClockCalendarSaid'>

/** The beginning of the cache keys of the calendar. */
export const calendarKey = ['security', 'calendar']

/** The calendar of working days. */
export function useCalendar() {
  return useQuery({ queryKey: calendarKey, queryFn: () => read(api.GET('/api/security/calendar')), staleTime: 60_000 })
}

/** The days of a text, in whichever way they are set apart. */
export function daysOf(text: string): string[] {
  return text.split(/[\s,，、;；]+/).filter(Boolean)
}
