import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of this room. */
export const useAtlasTexts = textsOf<typeof zh>('atlas')
