import { textsOf } from '../../kernel'
import type { zh } from './exchangeZh'

/** Translates the texts of exchange. */
export const useExchangeTexts = textsOf<typeof zh>('security')
