import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of search. */
export const useSearchTexts = textsOf<typeof zh>('search')
