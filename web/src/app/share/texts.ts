import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of sharing. */
export const useShareTexts = textsOf<typeof zh>('share')
