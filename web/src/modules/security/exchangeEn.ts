import type { zh } from './exchangeZh'

/** What pages of exchange say in English. */
export const en: typeof zh = {
  'exchange.title': 'Exchange',
  'exchange.note': 'TAXII 2.1 with STIX 2.1. Systems of other levels and of security companies read notices and hand in threat information directly, with no special software.',
  'exchange.connect': 'Connect',
  'exchange.discovery': 'Discovery',
  'exchange.root': 'API root',
  'exchange.notices': 'Collection of notices (read)',
  'exchange.sightings': 'Collection of sightings (read)',
  'exchange.inbox': 'Inbox (write)',
  'exchange.token': 'Token',
  'exchange.tokenNote': 'An administrator issues one for your organisation under System · Tokens with the permissions to read, or hand in, threat information by TAXII. It goes as the password of HTTP Basic with any name, or as a Bearer token.',
  'exchange.try': 'Try it',
  'exchange.rules': 'Who reads what: everybody reads notices of TLP:CLEAR and TLP:GREEN, and stricter ones only who was sent them. A revision is a new version of the same object; a withdrawn notice is revoked. Drills are not exchanged.',
  'exchange.received': 'Received objects',
  'exchange.object': 'Object',
  'exchange.type': 'Type',
  'exchange.version': 'Version',
  'exchange.by': 'Handed in by',
  'exchange.at': 'Received',
  'exchange.search': 'Find by identifier or content',
  'exchange.empty': 'Nothing was handed in yet',
  'exchange.emptyNote': 'What other systems write to the inbox by TAXII is kept here, octet for octet.',
  'exchange.raw': 'As it came',
}
