import type { ReactNode } from 'react'

/** What a status means to who looks at it. */
export type Tone = 'good' | 'warn' | 'bad' | 'idle' | 'info'

/** A status as a dot and a word: legible without colour. */
export function StatusTag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`lh-status lh-tone-${tone}`}>
      <span className="lh-dot" aria-hidden="true" />
      {children}
    </span>
  )
}
