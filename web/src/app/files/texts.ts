import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of uploaded files. */
export const useFilesTexts = textsOf<typeof zh>('files')
