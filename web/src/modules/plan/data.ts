import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { api, none, read, useFormat, useLanguage, useLive, useText, type Schema, type Tone } from '../../kernel'
import { usePlanTexts } from './texts'

export type BoardData = Schema<'PlanBoard'>
export type TargetRow = Schema<'PlanTargetView'>
export type TargetDetail = Schema<'PlanTargetDetail'>
export type PlanRow = Schema<'PlanView'>
export type ValueRow = Schema<'PlanValueView'>
export type ReminderRow = Schema<'PlanReminderView'>
export type Milestone = Schema<'PlanMilestoneView'>
export type Evidence = Schema<'PlanEvidenceView'>
export type Status = TargetRow['status']
export type Reason = Schema<'PlanReason'>

/** The topic that tells of every change in this room. */
export const topic = 'plan.board'

/** The beginning of all cache keys of this room. */
export const roomKey = ['plan']

/** The statuses as the board orders them. */
export const statuses: Status[] = ['reached', 'on_track', 'at_risk', 'late', 'missed', 'not_measured']

/** How a status looks. */
export const statusTone: Record<Status, Tone> = { reached: 'good', on_track: 'info', at_risk: 'warn', late: 'bad', missed: 'bad', not_measured: 'idle' }

/** How a state of a value looks. */
export const stateTone: Record<ValueRow['state'], Tone> = { live: 'info', reported: 'warn', reviewed: 'info', approved: 'good', returned: 'bad' }

/** The plans that the session may see, newest first, those of the demonstration last. */
export function usePlans() {
  return useQuery({
    queryKey: [...roomKey, 'plans'],
    queryFn: async () => {
      const page = await read(api.GET('/api/plan/plans', { params: { query: { limit: 200 } } }))
      return [...page.items].sort((a, b) => Number(a.synthetic) - Number(b.synthetic))
    },
  })
}

/** The plan that the address names, else the newest. */
export function useChosenPlan() {
  const plans = usePlans()
  const [params, setParams] = useSearchParams()
  const id = params.get('plan')
  const plan = plans.data?.find((p) => p.id === id) ?? plans.data?.[0]
  return { plans, plan, choose: (next: string) => setParams({ plan: next }) }
}

/** The whole plan, read again whenever something in it moves. */
export function useBoard(id: string | undefined) {
  useLive(topic, roomKey)
  return useQuery({
    queryKey: [...roomKey, 'board', id],
    queryFn: () => read(api.GET('/api/plan/plans/{id}/board', { params: { path: { id: id! } } })),
    enabled: id !== undefined,
    // Pace and forecast move with the clock.
    refetchInterval: 60_000,
  })
}

/** One target, read again whenever something in the plan moves. */
export function useTarget(id: string) {
  useLive(topic, roomKey)
  return useQuery({
    queryKey: [...roomKey, 'target', id],
    queryFn: () => read(api.GET('/api/plan/targets/{id}', { params: { path: { id } } })),
    refetchInterval: 60_000,
  })
}

/** Writes numbers of targets: large ones in 亿 and billions, shares in per cent. */
export function useQuantity() {
  const f = useFormat()
  const t = usePlanTexts()
  const language = useLanguage()
  return useMemo(() => {
    const big = language === 'en' ? 1e9 : 1e8
    const number = (v: number | null | undefined, digits = 2) => {
      if (v === null || v === undefined) return none
      if (Math.abs(v) >= big) return `${f.number(v / big, digits)} ${t('unit.yi').trim()}`
      return f.number(v, Math.abs(v) >= 1000 ? 0 : digits)
    }
    const share = (v: number | null | undefined, digits = 0) => (v === null || v === undefined ? none : `${f.number(v * 100, digits)}%`)
    /** Chinese writes 亿元 in one word, English leaves a space. */
    const measured = (v: number | null | undefined, unit: string) => {
      const n = number(v)
      return unit === '%' || (language !== 'en' && n.endsWith(t('unit.yi'))) ? `${n}${unit}` : `${n} ${unit}`
    }
    return { number, share, measured }
    // The language changes what the writers write.
  }, [f, t, language])
}

/** The name of a room; rooms that this release does not know keep their code. */
function roomName(room: string, t: ReturnType<typeof usePlanTexts>): string {
  const known = ['platforms', 'network', 'scenario', 'identifier', 'apps', 'enterprise', 'parks', 'atlas'] as const
  const found = known.find((k) => k === room)
  return found ? t(`room.${found}`) : room
}

/** Says why a target has its status. */
export function useReason(): (reason: Reason) => string {
  const t = usePlanTexts()
  const q = useQuantity()
  const language = useLanguage()
  return useMemo(
    () => (reason) => {
      const p = { ...(reason.params ?? {}) } as Record<string, unknown>
      for (const name of ['expected', 'forecast', 'missing']) if (typeof p[name] === 'number') p[name] = q.number(p[name])
      if (typeof p.ratio === 'number') p.ratio = q.share(p.ratio)
      if (typeof p.chance === 'number') p.chance = q.share(p.chance)
      if (typeof p.room === 'string') p.room = roomName(p.room, t)
      p.title = language === 'en' ? p.title_en : p.title_zh
      return t(`reason.${reason.code}` as 'reason.pace', p)
    },
    [t, q, language],
  )
}

/** Writes a goal with its direction. */
export function useGoal(): (target: Pick<TargetRow, 'direction' | 'goal' | 'goal_high' | 'unit'>) => string {
  const t = usePlanTexts()
  const q = useQuantity()
  const text = useText()
  return (x) => {
    const low = x.direction === 'between' ? `${q.number(x.goal)}–` : ''
    return `${t(`direction.${x.direction}`)} ${low}${q.measured(x.direction === 'between' ? x.goal_high : x.goal, text(x.unit))}`
  }
}
