import type { Room } from '../../kernel'
import { en as exchangeEn } from './exchangeEn'
import { pages as exchangePages } from './exchangePages'
import { zh as exchangeZh } from './exchangeZh'
import { en as incidentEn } from './incidentEn'
import { pages as incidentPages } from './incidentPages'
import { zh as incidentZh } from './incidentZh'
import { en as noticeEn } from './noticeEn'
import { pages as noticePages } from './noticePages'
import { zh as noticeZh } from './noticeZh'
import { en as situationEn } from './situationEn'
import { pages as situationPages } from './situationPages'
import { zh as situationZh } from './situationZh'

/** Industrial information security: notices of the city, and incidents. */
export const room: Room = {
  name: 'security',
  texts: {
    zh: { ...noticeZh, ...incidentZh, ...situationZh, ...exchangeZh },
    en: { ...noticeEn, ...incidentEn, ...situationEn, ...exchangeEn },
  },
  routes: [...noticePages, ...incidentPages, ...situationPages, ...exchangePages],
}
