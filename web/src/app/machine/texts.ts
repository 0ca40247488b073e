import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of machines. */
export const useMachineTexts = textsOf<typeof zh>('machine')
