import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import { writeFigure, writeMonth, type FigureOf, type MonthOf } from './figures'
import { usePlatformTexts } from './texts'
import './origin.css'

/** A figure that opens where it is from, on the page where it stands. */
export function FigureLink({ of, children }: { of: FigureOf; children: ReactNode }) {
  return <Opens name="figure" value={writeFigure(of)}>{children}</Opens>
}

/** A value of a month that opens what each platform gives to it. */
export function MonthLink({ of, children }: { of: MonthOf; children: ReactNode }) {
  return <Opens name="sum" value={writeMonth(of)}>{children}</Opens>
}

/** A number that leads to the page where what it counts is listed. */
export function LeadsTo({ to, empty = false, children }: { to: string; /** There is nothing that it counts. */ empty?: boolean; children: ReactNode }) {
  if (empty) return <span className="lh-number">{children}</span>
  return <Link to={to} className="lh-number lh-figure-link">{children}</Link>
}

function Opens({ name, value, children }: { name: 'figure' | 'sum'; value: string; children: ReactNode }) {
  const t = usePlatformTexts()
  const [params] = useSearchParams()
  const next = new URLSearchParams(params)
  next.set(name, value)
  return <Link to={`?${next}`} className="lh-number lh-figure-link" title={t('origin.open')}>{children}</Link>
}
