import { textsOf, type Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** The texts of the pages before sign-in. */
export const room: Room = { name: 'entrance', texts: { zh, en }, routes: [] }

/** Translates the texts of the pages before sign-in. */
export const useEntranceTexts = textsOf<typeof zh>('entrance')
