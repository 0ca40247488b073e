import { expect, test } from 'vitest'
import { byRoom, matches, outline, word, type Document } from './openapi'

const doc: Document = {
  info: { title: 'T', version: '1' },
  paths: { '/api/a/x': { get: { operationId: 'get-a-x', tags: ['a'], summary: 'Read x', responses: {} }, post: { operationId: 'post-a-x', tags: ['a'], responses: {} } } },
  components: {
    schemas: {
      Node: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 9, description: 'What it is called' }, next: { $ref: '#/components/schemas/Node' } } },
    },
  },
}

test('a schema in a word', () => {
  expect(word({ type: 'integer', minimum: 1, maximum: 500 })).toBe('integer 1..500')
  expect(word({ type: 'string', enum: ['zh', 'en'] })).toBe('"zh" | "en"')
  expect(word({ type: ['string', 'null'], format: 'date-time' })).toBe('string | null(date-time)')
})

test('an outline follows references and stops at a loop', () => {
  expect(outline({ type: 'array', items: { $ref: '#/components/schemas/Node' } }, doc)).toBe('[{\n  name: string ≤9  // What it is called\n  next?: Node\n}]')
})

test('routes are grouped by room and found by words', () => {
  const entries = byRoom(doc).get('a')!
  expect(entries.map((e) => e.method)).toEqual(['GET', 'POST'])
  expect(entries.filter((e) => matches(e, 'read /api/a'))).toHaveLength(1)
})
