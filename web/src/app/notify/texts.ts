import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of notices. */
export const useNoticeTexts = textsOf<typeof zh>('notify')
