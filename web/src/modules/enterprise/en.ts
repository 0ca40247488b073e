import type { Translation } from '../../kernel'
import { diagnosisEn, diagnosisProblemsEn } from './diagnosisEn'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: Translation<typeof zh> = {
  diagnosis: diagnosisEn,
  problems: { diagnosis: diagnosisProblemsEn },
  list: { title: 'Directory of enterprises' },
}
