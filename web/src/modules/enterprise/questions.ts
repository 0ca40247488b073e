import type { Schema } from '../../kernel'
import { blank, type Answer } from './saver'

export type Template = Schema<'AssessmentTemplate'>
export type Page = Schema<'AssessmentPage'>
export type Question = Schema<'AssessmentQuestion'>

/** All questions of a page. */
export const questionsOf = (page: Page): Question[] => page.groups.flatMap((g) => g.questions)

/** Points of an answer: of a scenario its grade. */
export function pointsOf(q: Question, a: Answer | undefined): number {
  return (a?.options ?? []).reduce((sum, code) => sum + (q.options.find((o) => o.code === code)?.points ?? 0), 0)
}

/** The scenario that a question grades, as the catalogue, providers and needs call it. */
export function scenarioOf(code: string): string {
  return code.replace(/^scenario\./, '')
}

/** Whether an answer needs evidence. */
export function needsEvidence(q: Question, a: Answer | undefined): boolean {
  const points = pointsOf(q, a)
  return (q.evidence === 'required' && points > 0) || (q.evidence_from > 0 && points >= q.evidence_from)
}

/** What a choice among several becomes when options are ticked: the one that excludes others stands alone. */
export function ticked(q: Question, before: string[], after: string[]): string[] {
  const exclusive = new Set(q.options.filter((o) => o.exclusive).map((o) => o.code))
  const added = after.filter((code) => !before.includes(code))
  if (added.some((code) => exclusive.has(code))) return added.filter((code) => exclusive.has(code))
  return after.filter((code) => !exclusive.has(code) || added.length === 0)
}

export interface Progress { answered: number; of: number; evidence: number }

/** How far questions are answered; raw figures need not be. */
export function progress(questions: Question[], answer: (code: string) => Answer | undefined, files: (code: string) => number): Progress {
  const asked = questions.filter((q) => q.kind !== 'number')
  return {
    of: asked.length,
    answered: asked.filter((q) => !blank(answer(q.code))).length,
    evidence: questions.filter((q) => needsEvidence(q, answer(q.code)) && files(q.code) === 0).length,
  }
}

/** The question of a code, with the group that it stands in. */
export function findQuestion(t: Template, code: string): { page: Page; group: Page['groups'][number]; question: Question } | undefined {
  for (const page of t.pages)
    for (const group of page.groups) {
      const question = group.questions.find((q) => q.code === code)
      if (question) return { page, group, question }
    }
  return undefined
}
