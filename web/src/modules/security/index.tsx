import type { Room } from '../../kernel'
import { en as alertEn } from './alertEn'
import { pages as alertPages } from './alertPages'
import { zh as alertZh } from './alertZh'
import { en as baselineEn } from './baselineEn'
import { pages as baselinePages } from './baselinePages'
import { zh as baselineZh } from './baselineZh'
import { en as calendarEn } from './calendarEn'
import { pages as calendarPages } from './calendarPages'
import { zh as calendarZh } from './calendarZh'
import { en as exchangeEn } from './exchangeEn'
import { pages as exchangePages } from './exchangePages'
import { zh as exchangeZh } from './exchangeZh'
import { en as incidentEn } from './incidentEn'
import { pages as incidentPages } from './incidentPages'
import { zh as incidentZh } from './incidentZh'
import { en as intelEn } from './intelEn'
import { pages as intelPages } from './intelPages'
import { zh as intelZh } from './intelZh'
import { en as noticeEn } from './noticeEn'
import { pages as noticePages } from './noticePages'
import { zh as noticeZh } from './noticeZh'
import { en as ownEn } from './ownEn'
import { pages as ownPages } from './ownPages'
import { zh as ownZh } from './ownZh'
import { en as planEn } from './planEn'
import { zh as planZh } from './planZh'
import { en as receivedEn } from './receivedEn'
import { zh as receivedZh } from './receivedZh'
import { en as sensorEn } from './sensorEn'
import { pages as sensorPages } from './sensorPages'
import { zh as sensorZh } from './sensorZh'
import { en as situationEn } from './situationEn'
import { pages as situationPages } from './situationPages'
import { zh as situationZh } from './situationZh'
import { en as upwardEn } from './upwardEn'
import { pages as upwardPages } from './upwardPages'
import { zh as upwardZh } from './upwardZh'
import { en as weaknessEn } from './weaknessEn'
import { pages as weaknessPages } from './weaknessPages'
import { zh as weaknessZh } from './weaknessZh'
import { en as zoneEn } from './zoneEn'
import { pages as zonePages } from './zonePages'
import { zh as zoneZh } from './zoneZh'

/** Industrial information security: situation, notices, alerts, baselines, zones, intelligence, incidents, sensors, assets and weaknesses, exchange, reports upward. */
export const room: Room = {
  name: 'security',
  texts: {
    zh: { ...noticeZh, ...alertZh, ...baselineZh, ...intelZh, ...incidentZh, ...sensorZh, ...weaknessZh, ...ownZh, ...situationZh, ...exchangeZh, ...upwardZh, ...receivedZh, ...zoneZh, ...calendarZh, ...planZh },
    en: { ...noticeEn, ...alertEn, ...baselineEn, ...intelEn, ...incidentEn, ...sensorEn, ...weaknessEn, ...ownEn, ...situationEn, ...exchangeEn, ...upwardEn, ...receivedEn, ...zoneEn, ...calendarEn, ...planEn },
  },
  routes: [...noticePages, ...alertPages, ...baselinePages, ...zonePages, ...intelPages, ...incidentPages, ...sensorPages, ...weaknessPages, ...ownPages, ...situationPages, ...exchangePages, ...upwardPages, ...calendarPages],
}
