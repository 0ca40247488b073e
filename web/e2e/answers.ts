import type { APIRequestContext } from '@playwright/test'
import { address, expect } from './support'

interface Question { code: string; kind: string; options: { code: string; exclusive: boolean }[] }
export interface Sheet { id: string; answers: { question: string }[]; questionnaire: { pages: { groups: { questions: Question[] }[] }[] } }

/** Answers what is not yet answered: part 1 with the best options, scenarios with a grade; or all with the first option. */
export async function answerAll(request: APIRequestContext, id: string, grade: number | 'first'): Promise<void> {
  const sheet = (await (await request.get(`${address()}/api/enterprise/diagnosis/sheets/${id}`)).json()) as Sheet
  const done = new Set(sheet.answers.map((a) => a.question))
  for (const q of sheet.questionnaire.pages.flatMap((p) => p.groups).flatMap((g) => g.questions)) {
    if (q.kind === 'number' || done.has(q.code)) continue
    const some = q.options.filter((o) => !o.exclusive).map((o) => o.code)
    const options = grade === 'first' ? [q.options[0]!.code] : q.code.startsWith('scenario.') ? [String(grade)] : q.kind === 'single' ? [some.at(-1)!] : some
    const answer = await request.put(`${address()}/api/enterprise/diagnosis/sheets/${id}/answers/${q.code}`, { data: { answer: { options } }, headers: { 'X-Linghang-CSRF': '1', 'If-Match': '"0"' } })
    expect(answer.ok(), await answer.text()).toBe(true)
  }
}
