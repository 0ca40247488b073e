import type { Schema } from '../../kernel'

export type Answer = Schema<'AssessmentAnswer'>
export type Answered = Schema<'DiagnosisAnswered'>

/** An answer that is not yet saved: on its way, refused, or given by somebody else meanwhile. */
export interface Open {
  answer: Answer
  state: 'saving' | 'failed' | 'stale'
  problem?: unknown
}

/** What is known of all answers; made anew with each change. */
export interface Kept {
  known: ReadonlyMap<string, Answered>
  open: ReadonlyMap<string, Open>
}

type Send = (question: string, answer: Answer, version: number) => Promise<Answered>

/** An answer without anything in it was taken back. */
export const blank = (a: Answer | undefined): boolean => !a || (a.number === undefined && (a.options ?? []).length === 0)

/**
 * Saves answers one by one, each in its version: of one question one request at a
 * time, the newest answer last. What could not be saved is kept, with the reason.
 */
export class Saver {
  private known = new Map<string, Answered>()
  private open = new Map<string, Open>()
  private running = new Set<string>()
  private watchers = new Set<() => void>()
  private kept: Kept = { known: this.known, open: this.open }
  private send: Send

  constructor(send: Send, answers: Answered[]) {
    this.send = send
    for (const a of answers) this.known.set(a.question, a)
    this.tell()
  }

  subscribe = (watcher: () => void) => {
    this.watchers.add(watcher)
    return () => void this.watchers.delete(watcher)
  }

  snapshot = () => this.kept

  /** The answer that the page shows. */
  set(question: string, answer: Answer): void {
    this.open.set(question, { answer, state: 'saving' })
    this.tell()
    void this.run(question)
  }

  /** Sends again what was refused; over the answer of somebody else, when that is known by now. */
  again(question: string): void {
    const open = this.open.get(question)
    if (open) this.set(question, open.answer)
  }

  /** Leaves the answer of somebody else. */
  leave(question: string): void {
    this.open.delete(question)
    this.tell()
  }

  /** Takes what the server has: newer answers of others. */
  adopt(answers: Answered[]): void {
    let changed = false
    for (const a of answers) {
      if (a.version <= (this.known.get(a.question)?.version ?? 0)) continue
      this.known.set(a.question, a)
      changed = true
    }
    if (changed) this.tell()
  }

  private async run(question: string): Promise<void> {
    if (this.running.has(question)) return
    this.running.add(question)
    try {
      for (;;) {
        const taken = this.open.get(question)
        if (!taken) return
        const saved = await this.send(question, taken.answer, this.known.get(question)?.version ?? 0)
        this.known.set(question, saved)
        if (this.open.get(question) === taken) {
          this.open.delete(question)
          return
        }
      }
    } catch (problem) {
      const open = this.open.get(question)
      const state = (problem as { status?: number }).status === 412 ? 'stale' : 'failed'
      if (open) this.open.set(question, { answer: open.answer, state, problem })
    } finally {
      this.running.delete(question)
      this.tell()
    }
  }

  private tell(): void {
    this.kept = { known: new Map(this.known), open: new Map(this.open) }
    for (const w of this.watchers) w()
  }
}
