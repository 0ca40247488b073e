import { describe, expect, it } from 'vitest'
import { actOf } from './baselineKeys'

const press = (key: string, more: Partial<Parameters<typeof actOf>[0]> = {}) => actOf({ key, ctrlKey: false, metaKey: false, altKey: false, target: document.body, ...more })

describe('keys of a review', () => {
  it('move, judge and select', () => {
    expect(['ArrowDown', 'j', 'ArrowUp', 'k', 'a', 'R', 'u', 'x', 'g'].map((k) => press(k))).toEqual(['down', 'down', 'up', 'up', 'accept', 'reject', 'undo', 'select', 'group'])
    expect(press('q')).toBeUndefined()
  })

  it('do nothing while somebody types, copies, or is in a dialog', () => {
    const input = document.createElement('input')
    expect(press('a', { target: input })).toBeUndefined()
    expect(press('a', { ctrlKey: true })).toBeUndefined()
    const dialog = document.createElement('div')
    dialog.setAttribute('role', 'dialog')
    const button = dialog.appendChild(document.createElement('button'))
    expect(press('a', { target: button })).toBeUndefined()
  })

  it('work while a box of the table is focused', () => {
    const box = document.createElement('input')
    box.type = 'checkbox'
    expect(press('a', { target: box })).toBe('accept')
  })
})
