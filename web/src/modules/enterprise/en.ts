import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: Translation<typeof zh> = {
  list: { title: 'Directory of enterprises' },
}
