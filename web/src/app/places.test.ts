import { expect, test } from 'vitest'
import { safeNext, selected } from './places'

const nav = [{ path: '/platforms' }, { path: '/platforms/new' }, { path: '/plan' }]

test('the menu marks the entry that names most of the address', () => {
  expect(['/platforms', '/platforms/01ABC', '/platforms/new', '/planets', '/'].map((p) => selected(nav, p))).toEqual(['/platforms', '/platforms', '/platforms/new', '', ''])
})

test('only pages of this site are gone to after signing in', () => {
  expect(['/plan?x=1', '//evil.example', '/\\evil.example', 'https://evil.example', null].map(safeNext)).toEqual(['/plan?x=1', '/', '/', '/', '/'])
})
