/** What the room's pages read out of texts of the protocol. No page needs a server to test it. */

/** Ways in which people write a handle, beside the handle itself. */
const dressed = [/^hdl:(?:\/\/)?/i, /^https?:\/\/(?:hdl\.handle\.net|dx\.doi\.org|doi\.org)\//i, /^info:hdl\//i]

/** The handle in what was typed, pasted or scanned: 88.101.5/T001, hdl:88.101.5/T001, a link of a public resolver. */
export function handleOf(text: string): string {
  // A scanner may end with a tab, or begin with a mark that nobody sees.
  const clean = [...text].filter((c) => c >= ' ' && c !== '\u007f' && c !== '\ufeff').join('').trim()
  const form = dressed.find((d) => d.test(clean))
  if (!form) return clean
  const bare = clean.replace(form, '').replace(/[?#].*$/, '')
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

/** Whether a value may be a link: of the web, and nothing else. */
export function isLink(data: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(data) && URL.canParse(data)
}

/** What an answer's code means to people. */
export type Verdict =
  | 'found' | 'error' | 'busy' | 'protocol' | 'unsupported' | 'loop' | 'readOnly' | 'notFound' | 'invalid' | 'noValues'
  | 'outdated' | 'notResponsible' | 'serviceReferral' | 'prefixReferral' | 'proof' | 'denied' | 'limited' | 'silent' | 'other'

const verdicts: Record<number, Verdict> = {
  0: 'silent', 1: 'found', 2: 'error', 3: 'busy', 4: 'protocol', 5: 'unsupported', 6: 'loop', 7: 'readOnly', 100: 'notFound', 102: 'invalid', 200: 'noValues', 300: 'outdated', 301: 'notResponsible',
  302: 'serviceReferral', 303: 'prefixReferral', 400: 'denied', 401: 'denied', 402: 'proof', 403: 'proof', 404: 'proof', 405: 'proof', 406: 'proof', 407: 'proof', 408: 'proof', 602: 'silent', 603: 'limited', 604: 'limited', 605: 'limited',
}

export function verdictOf(code: number): Verdict {
  return verdicts[code] ?? 'other'
}

/** How an answer looks. */
export function toneOf(code: number): 'good' | 'warn' | 'bad' | 'info' {
  if (code === 1) return 'good'
  if (code === 302 || code === 303) return 'info'
  return code === 100 || code === 200 || code === 300 ? 'warn' : 'bad'
}

/** Why a step was taken, in the words of the texts; the resolver speaks English. */
export type Why = { key: 'place' | 'values' | 'known' | 'was' | 'stale' | 'blocked' | 'forced' | 'signature' | 'proof' | 'led'; value?: string } | { key: 'said'; value: string }

const whys: [RegExp, Exclude<Why['key'], 'said'>][] = [
  [/^where the service is$/, 'place'], [/^the values$/, 'values'], [/^it is known for (.+) more$/, 'known'], [/^where the service was$/, 'was'],
  [/^its service does not answer, and this was known$/, 'stale'], [/^the handle is blocked$/, 'blocked'], [/^the answer is forced$/, 'forced'], [/^HS_SIGNATURE in value (\d+)$/, 'signature'], [/^is the proof right$/, 'proof'], [/^(?:prefix|service) referral$/, 'led'],
]

export function whyOf(why: string): Why {
  for (const [form, key] of whys) {
    const match = form.exec(why)
    if (match) return match[1] === undefined ? { key } : { key, value: match[1] }
  }
  return { key: 'said', value: why }
}

/** Seconds of a duration as the server writes it: 23h59m58s. */
export function secondsOf(duration: string): number {
  let seconds = 0
  for (const [, n, unit] of duration.matchAll(/([\d.]+)(h|ms|m|s)/g)) seconds += Number(n) * ({ h: 3600, m: 60, s: 1, ms: 0.001 }[unit!] ?? 0)
  return Math.round(seconds)
}

/** Where a step leads, without the words that repeat: HS_SITE UDP 127.0.0.1 port 2641. */
export function leadsOf(leads: string[]): string[] {
  const doors = leads.map((lead) => {
    const match = /^\S+ (\S+) (\S+) port (\d+)$/.exec(lead)
    return match ? `${match[1]} ${match[2]!.includes(':') ? `[${match[2]}]` : match[2]}:${match[3]}` : lead
  })
  return [...new Set(doors)]
}

/** A value that is no text, taken apart. */
export type Meaning =
  | { kind: 'link' | 'text' | 'handle' | 'octets' | 'token' | 'key'; text: string }
  | { kind: 'admin'; who: string; rights: string; all: boolean }
  | { kind: 'site'; serial: string; doors: string[] }

/** Says what the data of a value are. */
export function meaningOf(type: string, data: string): Meaning {
  const name = type.toUpperCase()
  if (name === 'HS_ADMIN') {
    const [who = '', rights = ''] = data.split(' ')
    if (/^\d+:/.test(who)) return { kind: 'admin', who, rights, all: /^1{12,}$/.test(rights) || rights === '' }
  }
  if (name === 'HS_SITE' || name === 'HS_SITE.PREFIX' || name === 'HS_SITE.6') {
    const match = /^serial (\d+)((?: \S+:\/\/\S+)*)$/.exec(data)
    if (match) return { kind: 'site', serial: match[1]!, doors: match[2]!.trim().split(' ').filter(Boolean).map((door) => door.replace('://', ' ')) }
  }
  if (name === 'HS_PUBKEY' && /^(RSA|DSA|DH|SM2)( \d+)?$/.test(data)) return { kind: 'key', text: data }
  if ((name === 'HS_CERT' || name === 'HS_SIGNATURE') && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(data)) return { kind: 'token', text: data }
  if (name === 'HS_ALIAS' || name === 'HS_SERV') return { kind: 'handle', text: data }
  if (/^0x([0-9a-f]{2})+$/.test(data)) return { kind: 'octets', text: data }
  return { kind: isLink(data) ? 'link' : 'text', text: data }
}

/** The types of values that pages know by name. */
export const knownTypes = [
  'URL', 'EMAIL', 'DESC', 'HS_ALIAS', 'HS_ADMIN', 'HS_SITE', 'HS_SITE.PREFIX', 'HS_SERV', 'HS_PUBKEY', 'HS_SECKEY', 'HS_VLIST', 'HS_CERT', 'HS_SIGNATURE', 'HS_NAMESPACE', 'INET_HOST', 'GS1',
] as const
export type KnownType = (typeof knownTypes)[number]

export function knownType(type: string): KnownType | undefined {
  return knownTypes.find((known) => known === type.toUpperCase())
}

/** The link types of the GS1 Web Vocabulary that pages know by name. */
export const linkTypes = ['defaultLink', 'defaultLinkMulti', 'pip', 'instructions', 'certificationInfo', 'traceability', 'safetyInfo', 'sustainabilityInfo', 'hasRetailers', 'epcis', 'masterData', 'support', 'recallStatus'] as const

/** The link type that a type of values is, as gs1:pip. */
export function linkType(type: string): (typeof linkTypes)[number] | undefined {
  return linkTypes.find((known) => `gs1:${known}` === type)
}

/** A document as people read it: JSON with its lines apart, everything else as it is. */
export function pretty(document: string, type: string): string {
  if (!/[/+]json\b/i.test(type)) return document
  try {
    return JSON.stringify(JSON.parse(document), null, 2)
  } catch {
    return document
  }
}

/** Milliseconds as people read them. */
export function milliseconds(ms: number): string {
  if (ms >= 100) return ms.toFixed(0)
  return ms >= 1 ? ms.toFixed(1) : ms.toFixed(2)
}

/** Whole days until a time; negative once it is over. */
export function daysUntil(at: string, now = Date.now()): number {
  return Math.ceil((Date.parse(at) - now) / 86_400_000)
}
