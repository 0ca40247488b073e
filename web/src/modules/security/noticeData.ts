import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, read, useLive, useText, type Schema, type Tone } from '../../kernel'

export type NoticeRow = Schema<'NoticeNotice'>
export type NoticeDetail = Schema<'NoticeDetail'>
export type AssignmentRow = Schema<'NoticeAssignment'>
export type AssignmentDetail = Schema<'NoticeAssignmentDetail'>
export type Entry = Schema<'NoticeEntry'>
export type NoticeFile = Schema<'NoticeFile'>
export type Statistics = Schema<'NoticeStatistics'>
export type DrillRow = Schema<'NoticeDrill'>
export type DrillDetail = Schema<'NoticeDrillDetail'>
export type Written = Schema<'NoticeWritten'>

/** The beginning of all cache keys of notices. */
export const noticeKey = ['security', 'notices']

/** The topic that tells of every change. */
const topic = 'security.notices'

export const noticeTone: Record<NoticeRow['state'], Tone> = { draft: 'idle', review: 'info', signed: 'info', issued: 'warn', closed: 'good', reviewed: 'good', withdrawn: 'bad' }
export const assignmentTone: Record<AssignmentRow['state'], Tone> = { queued: 'idle', delivered: 'warn', acknowledged: 'info', assessed: 'info', handling: 'info', feedback: 'info', verified: 'good', closed: 'good', released: 'idle' }
export const levelTone: Record<number, Tone> = { 1: 'bad', 2: 'bad', 3: 'warn', 4: 'info' }
export const levels = [1, 2, 3, 4] as const
export const tlps = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const

/** How often pages read again what clocks change without a change of a person, in milliseconds. */
const every = 15_000

/** One notice, read again when it changes. */
export function useNotice(id: string) {
  useLive(topic, noticeKey)
  return useQuery({ queryKey: [...noticeKey, 'one', id], queryFn: () => read(api.GET('/api/security/notices/{id}', { params: { path: { id } } })), refetchInterval: every })
}

/** One assignment, read again when it changes. */
export function useAssignment(id: string) {
  useLive(topic, noticeKey)
  return useQuery({ queryKey: [...noticeKey, 'assignment', id], queryFn: () => read(api.GET('/api/security/assignments/{id}', { params: { path: { id } } })), refetchInterval: every })
}

/** What forms choose from, in the reader's language. */
export function useWords() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['security', 'words'], queryFn: () => read(api.GET('/api/security/notice-words')), staleTime: Infinity })
  const districts = data?.districts ?? []
  return {
    categories: (data?.categories ?? []).map((c) => ({ value: c.id, label: text(c.name) })),
    districts: districts.map((d) => ({ value: d.code, label: text(d.name) })),
    category: (id: string) => text(data?.categories.find((c) => c.id === id)?.name ?? { zh: id, en: id }),
    district: (code: string) => text(districts.find((d) => d.code === code)?.name ?? { zh: code, en: code }),
  }
}

/** Organisations of the register that can be addressed, to choose from. */
export function useAddressees() {
  const text = useText()
  const { data } = useQuery({ queryKey: ['organisations', 'choice'], queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })) })
  return (data?.items ?? []).filter((o) => o.kind !== 'bureau').map((o) => ({ value: o.id, label: text(o.name) }))
}

/** Advisories that a notice can be about, the newest first. */
export function useAdvisoryChoice() {
  const { data } = useQuery({ queryKey: ['security', 'advisory-choice'], queryFn: () => read(api.GET('/api/security/advisories', { params: { query: { limit: 200 } } })) })
  return (data?.items ?? []).map((a) => ({ value: a.id, label: `${a.tracking_id} ${a.title}` }))
}

/** The server's clock, by what it said last; it is written anew every second. */
export function useServerNow(said: string): number {
  const [ahead, setAhead] = useState(() => Date.parse(said) - Date.now())
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => setAhead(Date.parse(said) - Date.now()), [said])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now + ahead
}
