import { textsOf } from '../../kernel'
import type { zh } from './situationZh'

/** Translates the texts of the situation. */
export const useSituationTexts = textsOf<typeof zh>('security')
