import { diagnosisProblemsZh, diagnosisZh } from './diagnosisZh'

/** Texts of this room in Chinese; en.ts has the same shape. */
export const zh = {
  diagnosis: diagnosisZh,
  problems: { diagnosis: diagnosisProblemsZh },
  list: { title: '企业名录' },
}
