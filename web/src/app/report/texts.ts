import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of reports. */
export const useReportTexts = textsOf<typeof zh>('report')
