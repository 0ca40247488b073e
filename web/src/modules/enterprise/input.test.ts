import { expect, test } from 'vitest'
import { inputOf } from './input'

test('what is left empty is not sent', () => {
  const input = inputOf({ code: ' 91370200maexampleb ', name: { zh: ' 海湾机械 ' }, district: '370212', industry: 'C35', profile: { address: '', products: [], sites: [{} as never], staff: [{ year: 2025, count: 3 }] }, contacts: [{} as never] })
  expect(input).toEqual({ code: '91370200MAEXAMPLEB', name: { zh: '海湾机械', en: '海湾机械' }, district: '370212', industry: 'C35', size: '', profile: { staff: [{ year: 2025, count: 3 }] }, contacts: [] })
})

test('a row with something in it is sent, so that what is missing is told', () => {
  expect(inputOf({ profile: { sites: [{ name: '', kind: 'plant' }] } }).profile).toEqual({ sites: [{ name: '', kind: 'plant' }] })
})
