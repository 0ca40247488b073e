import { describe, expect, it } from 'vitest'
import { actOf } from './baselineKeys'

describe('keys of a review', () => {
  it('move, judge and select', () => {
    expect(['ArrowDown', 'j', 'ArrowUp', 'k', 'a', 'R', 'u', 'x', 'g'].map((key) => actOf({ key, modified: false, busy: false }))).toEqual(['down', 'down', 'up', 'up', 'accept', 'reject', 'undo', 'select', 'group'])
    expect(actOf({ key: 'q', modified: false, busy: false })).toBeUndefined()
  })

  it('do nothing with a modifier, or while somebody types', () => {
    expect(actOf({ key: 'a', modified: true, busy: false })).toBeUndefined()
    expect(actOf({ key: 'a', modified: false, busy: true })).toBeUndefined()
  })
})
