import { textsOf, type Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The system's own pages. */
export const room: Room = { name: 'system', texts: { zh, en }, routes: [] }

/** Translates the texts of the system's pages. */
export const useSystemTexts = textsOf<typeof zh>('system')
