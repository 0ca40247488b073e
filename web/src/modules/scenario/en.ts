import type { zh } from './zh'

/** Texts of this room in English. */
export const en: typeof zh = {
  list: { title: 'Catalogue of scenarios', note: 'Find industrial scenarios by industry, stage, mode, technology and value' },
}
