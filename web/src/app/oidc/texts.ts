import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of signing in across programs. */
export const useProgramTexts = textsOf<typeof zh>('oidc')
