import { describe, expect, test } from 'vitest'
import { handleOf, isLink, leadsOf, meaningOf, pretty, secondsOf, toneOf, verdictOf, whyOf } from './words'

describe('what is typed, pasted or scanned', () => {
  test.each([
    ['88.101.5/T001', '88.101.5/T001'],
    ['  88.101.5/T001\t', '88.101.5/T001'],
    ['\ufeff88.101.5/T001\r', '88.101.5/T001'],
    ['hdl:88.101.5/T001', '88.101.5/T001'],
    ['HDL://88.101.5/T001', '88.101.5/T001'],
    ['https://hdl.handle.net/88.101.5/a%20b?noredirect', '88.101.5/a b'],
    ['https://hdl.handle.net/88.101.5/100%', '88.101.5/100%'],
    ['88.101.5/a?b#c', '88.101.5/a?b#c'],
    ['https://a.example/88.101.5/T001', 'https://a.example/88.101.5/T001'],
    ['88.101.5/产品 一', '88.101.5/产品 一'],
  ])('%j is %s', (typed, handle) => expect(handleOf(typed)).toBe(handle))
})

test('only addresses of the web are links', () => {
  expect(isLink('https://a.example/x?y=1')).toBe(true)
  for (const data of ['javascript:alert(1)', 'ftp://a.example', 'data:text/html,x', 'http://', 'https://a b', ' https://a.example', '//a.example']) expect(isLink(data), data).toBe(false)
})

test('every code has a verdict and a tone', () => {
  expect([1, 2, 100, 200, 301, 303, 0, 999].map(verdictOf)).toEqual(['found', 'error', 'notFound', 'noValues', 'notResponsible', 'prefixReferral', 'silent', 'other'])
  expect([1, 100, 303, 301, 0].map(toneOf)).toEqual(['good', 'warn', 'info', 'bad', 'bad'])
})

test('what a step is for is told in the words of the page, and what is new as it is', () => {
  expect(whyOf('it is known for 23h59m58s more')).toEqual({ key: 'known', value: '23h59m58s' })
  expect(whyOf('the values')).toEqual({ key: 'values' })
  expect(whyOf('HS_SIGNATURE in value 400')).toEqual({ key: 'signature', value: '400' })
  expect(whyOf('prefix referral')).toEqual({ key: 'led' })
  expect(whyOf('something new')).toEqual({ key: 'said', value: 'something new' })
  expect(['23h59m58s', '1m5s', '8s', '500ms'].map(secondsOf)).toEqual([86398, 65, 8, 1])
})

test('a document in JSON has its lines apart, one that is cut or something else is as it is', () => {
  expect(pretty('{"id":"did:web:a.example"}', 'application/did+json; charset=utf-8')).toBe('{\n  "id": "did:web:a.example"\n}')
  expect(pretty('{"id":', 'application/json')).toBe('{"id":')
  expect(pretty('{"id":1}', 'text/plain')).toBe('{"id":1}')
})

test('addresses that a step leads to are short, and each is told once', () => {
  expect(leadsOf(['HS_SITE.PREFIX udp 192.0.2.1 port 2641', 'HS_SITE udp 192.0.2.1 port 2641', 'HS_SITE tcp 2001:db8::1 port 2641', 'HS_SERV 0.SITE/x'])).toEqual(['udp 192.0.2.1:2641', 'tcp [2001:db8::1]:2641', 'HS_SERV 0.SITE/x'])
})

test('data that are no text are told in words', () => {
  expect(meaningOf('HS_ADMIN', '300:0.NA/88.101.5 111111111111')).toEqual({ kind: 'admin', who: '300:0.NA/88.101.5', rights: '111111111111', all: true })
  expect(meaningOf('hs_admin', '300:0.NA/88.101.5 000011110000')).toMatchObject({ kind: 'admin', all: false })
  expect(meaningOf('HS_SITE', 'serial 3 udp://127.0.0.1:2641 tcp://127.0.0.1:2641')).toEqual({ kind: 'site', serial: '3', doors: ['udp 127.0.0.1:2641', 'tcp 127.0.0.1:2641'] })
  expect(meaningOf('HS_PUBKEY', 'RSA 2048')).toEqual({ kind: 'key', text: 'RSA 2048' })
  expect(meaningOf('HS_ALIAS', '88.101.5/T001')).toMatchObject({ kind: 'handle' })
  expect(meaningOf('URL', 'javascript:alert(1)')).toMatchObject({ kind: 'text' })
  expect(meaningOf('URL', 'https://a.example/')).toMatchObject({ kind: 'link' })
  expect(meaningOf('X', '0x00ff')).toEqual({ kind: 'octets', text: '0x00ff' })
})
