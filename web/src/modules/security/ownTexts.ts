import { textsOf, type Schema, type Tone } from '../../kernel'
import type { zh } from './ownZh'

/** Translates the texts of own advisories. */
export const useOwnTexts = textsOf<typeof zh>('security')

export type OwnRow = Schema<'PublishOwn'>
export type OwnDetail = Schema<'PublishOwnDetail'>
export type OwnDraft = Schema<'PublishDraft'>

/** The beginning of the cache keys of own advisories. */
export const ownKey = ['security-own-advisories']

export const ownTone: Record<OwnRow['state'], Tone> = { draft: 'idle', review: 'warn', published: 'good' }
