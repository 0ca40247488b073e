import { textsOf } from '../../kernel'
import type { zh } from './noticeZh'

/** Translates the texts of notices. */
export const useNoticeTexts = textsOf<typeof zh>('security')
