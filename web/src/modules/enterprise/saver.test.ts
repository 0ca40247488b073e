import { expect, test } from 'vitest'
import { blank, Saver, type Answer, type Answered } from './saver'

const said = (question: string, option: string, version: number): Answered => ({ question, answer: { options: [option] }, version, name: 'a', at: '' })

/** A server that answers when it is told to. */
function server() {
  const waiting: { answer: Answer; version: number; ok: () => void; refuse: (status: number) => void }[] = []
  const send = (question: string, answer: Answer, version: number) =>
    new Promise<Answered>((resolve, reject) => {
      waiting.push({ answer, version, ok: () => resolve({ question, answer, version: version + 1, name: 'me', at: '' }), refuse: (status) => reject(Object.assign(new Error('refused'), { status })) })
    })
  return { waiting, send }
}

/** Lets what was answered come through. */
const settle = async () => { for (let i = 0; i < 5; i++) await Promise.resolve() }

test('answers of one question follow each other, the newest last', async () => {
  const s = server()
  const saver = new Saver(s.send, [])
  saver.set('q', { options: ['a'] })
  saver.set('q', { options: ['b'] })
  saver.set('q', { options: ['c'] })
  expect(s.waiting.map((w) => w.version)).toEqual([0])
  s.waiting[0]!.ok()
  await settle()
  expect(s.waiting.map((w) => [w.answer.options?.[0], w.version])).toEqual([['a', 0], ['c', 1]])
  s.waiting[1]!.ok()
  await settle()
  expect(saver.snapshot().open.size).toBe(0)
  expect(saver.snapshot().known.get('q')?.version).toBe(2)
})

test('what was refused is kept and can be sent again', async () => {
  const s = server()
  const saver = new Saver(s.send, [said('q', 'a', 3)])
  saver.set('q', { options: ['b'] })
  s.waiting[0]!.refuse(503)
  await settle()
  expect(saver.snapshot().open.get('q')).toMatchObject({ state: 'failed', answer: { options: ['b'] } })
  saver.again('q')
  expect(s.waiting[1]).toMatchObject({ version: 3, answer: { options: ['b'] } })
  s.waiting[1]!.ok()
  await settle()
  expect(saver.snapshot().open.size).toBe(0)
})

test('an answer of somebody else is never overwritten unasked', async () => {
  const s = server()
  const saver = new Saver(s.send, [])
  saver.set('q', { options: ['b'] })
  s.waiting[0]!.refuse(412)
  await settle()
  expect(saver.snapshot().open.get('q')?.state).toBe('stale')
  saver.adopt([said('q', 'a', 1)])
  expect(saver.snapshot().open.get('q')?.answer).toEqual({ options: ['b'] })
  saver.leave('q')
  expect(saver.snapshot().known.get('q')?.answer).toEqual({ options: ['a'] })
  saver.adopt([said('q', 'z', 0)])
  expect(saver.snapshot().known.get('q')?.version).toBe(1)
})

test('an empty answer was taken back', () => {
  expect([undefined, {}, { options: [] }].map(blank)).toEqual([true, true, true])
  expect([{ number: 0 }, { options: ['a'] }].map(blank)).toEqual([false, false])
})
