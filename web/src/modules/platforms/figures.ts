import type { Schema } from '../../kernel'
import type { Indicator } from './data'

export type Origin = Schema<'PlatformsOrigin'>
export type OriginRevision = Schema<'PlatformsOriginRevision'>
export type MonthFigure = Schema<'PlatformsMonthFigure'>

/** Which figure of a platform is meant: the newest one, that of a period, or the value of a month. */
export interface FigureOf {
  platform: string
  code: string
  dims?: Indicator['dims']
  at?: string
  month?: string
}

/** Which platforms' value of a month is meant. */
export interface MonthOf {
  code: string
  month: string
  platform?: string
  class?: string
  district?: string
  industry?: string
}

const figureFields = ['platform', 'code', 'industry', 'district', 'size', 'type', 'at', 'month'] as const
const monthFields = ['code', 'month', 'platform', 'class', 'district', 'industry'] as const

function written(fields: readonly string[], values: Record<string, string | undefined>): string {
  const out = new URLSearchParams()
  for (const name of fields) if (values[name]) out.set(name, values[name])
  return out.toString()
}

/** A figure as one parameter of an address. */
export const writeFigure = ({ dims, ...of }: FigureOf) => written(figureFields, { ...dims, ...of })

/** A value of a month as one parameter of an address. */
export const writeMonth = (of: MonthOf) => written(monthFields, { ...of })

/** The figure that a parameter means; null if it means none. */
export function readFigure(param: string | null): FigureOf | null {
  const of = new URLSearchParams(param ?? '')
  const [platform, code] = [of.get('platform'), of.get('code')]
  if (!platform || !code) return null
  const dims: Indicator['dims'] = {}
  for (const name of ['industry', 'district', 'size', 'type'] as const) {
    const value = of.get(name)
    if (value) dims[name] = value
  }
  const [at, month] = [of.get('at'), of.get('month')]
  return { platform, code, dims, ...(at ? { at } : {}), ...(month ? { month } : {}) }
}

/** The value of a month that a parameter means; null if it means none. */
export function readMonth(param: string | null): MonthOf | null {
  const of = new URLSearchParams(param ?? '')
  const [code, month] = [of.get('code'), of.get('month')]
  if (!code || !month) return null
  const rest = Object.fromEntries((['platform', 'class', 'district', 'industry'] as const).flatMap((name) => (of.get(name) ? [[name, of.get(name)!]] : [])))
  return { code, month, ...rest }
}

/** A line of what is told of a figure: a revision with the period that it is of. */
export interface Line extends OriginRevision {
  key: string
  at: string
  moment: boolean
  /** The value that counts; the others were corrected. */
  stands: boolean
}

/** Periods with their revisions as lines, the newest first. */
export const linesOf = (periods: Origin['periods']): Line[] =>
  periods.flatMap((p) => p.revisions.map((r, i) => ({ ...r, key: `${p.at} ${r.revision}`, at: p.at, moment: p.moment, stands: i === 0 })))
