import type { zh } from './zh'

/** Texts of this room in English. */
export const en: typeof zh = {
  list: { title: 'Directory of enterprises' },
}
