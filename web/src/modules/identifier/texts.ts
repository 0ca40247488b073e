import { textsOf, type Translate } from '../../kernel'
import type { zh } from './zh'

export type Translation = Translate<typeof zh>

/** Translates the texts of this room. */
export const useIdentifierTexts = textsOf<typeof zh>('identifier')
