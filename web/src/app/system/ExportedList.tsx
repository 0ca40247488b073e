import { useMemo } from 'react'
import { useFormat, useSession, useText, type Schema } from '../../kernel'
import { useSystemTexts } from './texts'

export type ExportRequest = Schema<'ExportLargeExport'>

export const exportStates = ['open', 'approved', 'returned', 'withdrawn', 'used', 'expired'] as const

/** The list that a download is of, by its name in the menu where it has one, and what narrows it. */
export function ExportedList({ request: r }: { request: ExportRequest }) {
  const t = useSystemTexts()
  const f = useFormat()
  const text = useText()
  const { nav } = useSession()
  const path = r.path.replace(/^\/api/, '')
  const filters = useMemo(() => [...new URLSearchParams(r.query)].map(([name, value]) => `${name} = ${value}`), [r.query])
  const item = nav.find((n) => n.path === path)
  return (
    <span className="lh-two">
      {item && <span>{text(item.label)}</span>}
      <span className="lh-code lh-break">{r.path}</span>
      <span className="lh-break">{filters.length ? filters.join(' · ') : t('exports.whole')}</span>
      <span className="lh-narrow-only">{t('exports.rows', { rows: f.number(r.used_rows || r.rows) })}</span>
    </span>
  )
}
