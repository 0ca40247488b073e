import type { Room } from '../../kernel'
import { en as incidentEn } from './incidentEn'
import { pages as incidentPages } from './incidentPages'
import { zh as incidentZh } from './incidentZh'
import { en as noticeEn } from './noticeEn'
import { pages as noticePages } from './noticePages'
import { zh as noticeZh } from './noticeZh'

/** Both parts of the room have problems of their own. */
const joined = <A extends object, B extends object>(a: A & { problems?: object }, b: B & { problems?: object }) => ({ ...a, ...b, problems: { ...a.problems, ...b.problems } })

/** Industrial information security: notices of the city, and incidents. */
export const room: Room = {
  name: 'security',
  texts: { zh: joined(noticeZh as object, incidentZh), en: joined(noticeEn as object, incidentEn) },
  routes: [...noticePages, ...incidentPages],
}
