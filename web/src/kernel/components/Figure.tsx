import { Card } from 'antd'
import type { ReactNode } from 'react'

/** A figure with its name: the head of boards and object pages. */
export function Figure({ label, value, unit, note }: { label: string; value: ReactNode; unit?: string; note?: ReactNode }) {
  return (
    <div className="lh-figure">
      <div className="lh-figure-label">{label}</div>
      <div className="lh-figure-value">
        {value}
        {unit && <span className="lh-figure-unit">{unit}</span>}
      </div>
      {note && <div className="lh-figure-note">{note}</div>}
    </div>
  )
}

/** Figures side by side. */
export function Figures({ children }: { children: ReactNode }) {
  return (
    <Card size="small">
      <div className="lh-figures">{children}</div>
    </Card>
  )
}
