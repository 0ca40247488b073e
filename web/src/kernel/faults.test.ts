import { expect, test } from 'vitest'
import { restateFault } from './faults'

test('the validator speaks Chinese', () => {
  expect(restateFault('expected length <= 40', 'zh')).toBe('最多 40 个字符')
  expect(restateFault('expected required property name to be present', 'zh')).toBe('缺少“name”')
  expect(restateFault('2 to 40 small letters, digits or -, beginning with a letter', 'zh')).toContain('小写字母')
})

test('English stays, as a sentence', () => expect(restateFault('choose a district', 'en')).toBe('Choose a district'))
test('what has no translation is told as it is', () => expect(restateFault('no pattern fits this', 'zh')).toBe('no pattern fits this'))
