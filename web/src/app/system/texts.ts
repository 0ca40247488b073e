import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of the system's pages. */
export const useSystemTexts = textsOf<typeof zh>('system')
