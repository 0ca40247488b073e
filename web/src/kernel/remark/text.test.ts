import { expect, test } from 'vitest'
import { piecesOf, threadsOf } from './text'

const show = (text: string, names: string[] = []) => piecesOf(text, names).map((p) => `${p.kind[0]}:${p.text}`)

test('addresses are links, and what ends a sentence is not', () => {
  expect(show('see https://example.org/a?b=1. Then')).toEqual(['p:see ', 'l:https://example.org/a?b=1', 'p:. Then'])
  expect(show('见 http://example.org/路径，谢谢')).toEqual(['p:见 ', 'l:http://example.org/路径', 'p:，谢谢'])
  expect(show('javascript:alert(1) <a href="https://x.test">')).toEqual(['p:javascript:alert(1) <a href="', 'l:https://x.test', 'p:">'])
})

test('only those who are mentioned are marked, the longest name first', () => {
  expect(show('@张三丰 和 @张三 和 @李四', ['张三', '张三丰'])).toEqual(['n:@张三丰', 'p: 和 ', 'n:@张三', 'p: 和 @李四'].map((s) => s.replace('n:', 'p:')))
  expect(piecesOf('@张三丰 @张三', ['张三', '张三丰']).filter((p) => p.kind === 'person').map((p) => p.text)).toEqual(['@张三丰', '@张三'])
})

test('threads come newest first, their answers in order', () => {
  const c = (id: string, thread_id = id) => ({ id, thread_id })
  expect(threadsOf([c('3'), c('5', '1'), c('2', '1'), c('1')])).toEqual([{ first: c('3'), answers: [] }, { first: c('1'), answers: [c('2', '1'), c('5', '1')] }])
})
