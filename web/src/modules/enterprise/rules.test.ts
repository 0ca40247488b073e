import { describe, expect, it } from 'vitest'
import type { Field, Rule } from './policies'
import { complete, group, incomplete, onField, opened, pruned, regroup, sizeOf } from './rules'

const staff: Rule = { field: 'staff', op: '>=', number: 20 }
const district: Rule = { field: 'district', op: 'in', values: ['370212'] }
const size: Rule = { field: 'size', op: 'in', values: ['large'] }
const nested: Rule = { all: [staff, { any: [district, { not: { all: [size, { not: staff }] } }] }] }

describe('rules as a form holds them', () => {
  it('come out as they went in', () => {
    for (const rule of [nested, { any: [staff] }, { not: district }, { not: { any: [staff, size] } }, { all: [{ any: [staff] }] }] as Rule[]) expect(pruned(opened(rule))).toEqual(rule)
    expect(pruned(opened({}))).toEqual({})
    expect(pruned(opened(undefined))).toEqual({})
    expect(pruned(opened(staff))).toEqual({ all: [staff] })
  })
  it('lose what was added and left empty', () => {
    expect(pruned({ all: [staff, {}, { any: [{}, { all: [] }] }, { not: {} }] })).toEqual({ all: [staff] })
    expect(pruned({ all: [{}] })).toEqual({})
  })
  it('keep their parts when they are put together otherwise', () => {
    expect(regroup({ all: [staff, size] }, 'any')).toEqual({ any: [staff, size] })
    expect(regroup({ all: [staff, size] }, 'not')).toEqual({ not: { all: [staff, size] } })
    expect(regroup({ not: { all: [staff, size] } }, 'any')).toEqual({ any: [staff, size] })
    expect(regroup({ any: [staff] }, 'not')).toEqual({ not: staff })
    expect(regroup({ not: { any: [staff, size] } }, 'all')).toEqual({ all: [{ any: [staff, size] }] })
    expect(group('not', [])).toEqual({ not: { all: [] } })
  })
  it('say where something lacks', () => {
    expect(incomplete({ all: [staff, { any: [{ field: 'staff', op: '>=' }, district, { not: { field: 'size' } }] }, {}] })).toEqual(['2.1', '2.3.1'])
    expect(incomplete(nested)).toEqual([])
    expect(complete({ field: 'staff', op: '>=', number: 0 })).toBe(true)
    expect(complete({ field: 'district', op: 'in', values: [] })).toBe(false)
  })
  it('forget a comparison that does not go with another field', () => {
    const field = (code: string, kind: Field['kind']) => ({ code, kind }) as Field
    expect(onField(field('qualification', 'holds'))).toEqual({ field: 'qualification', op: 'holds' })
    expect(onField(field('staff', 'number'))).toEqual({ field: 'staff' })
    expect(sizeOf(nested)).toBe(9)
  })
})
