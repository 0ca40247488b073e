import type { Room } from '../../kernel'
import { en as incidentEn } from './incidentEn'
import { pages as incidentPages } from './incidentPages'
import { zh as incidentZh } from './incidentZh'
import { en as noticeEn } from './noticeEn'
import { pages as noticePages } from './noticePages'
import { zh as noticeZh } from './noticeZh'
import { en as weaknessEn } from './weaknessEn'
import { pages as weaknessPages } from './weaknessPages'
import { zh as weaknessZh } from './weaknessZh'

/** Industrial information security: notices of the city, and incidents. */
export const room: Room = {
  name: 'security',
  texts: { zh: { ...noticeZh, ...incidentZh, ...weaknessZh }, en: { ...noticeEn, ...incidentEn, ...weaknessEn } },
  routes: [...noticePages, ...incidentPages, ...weaknessPages],
}
