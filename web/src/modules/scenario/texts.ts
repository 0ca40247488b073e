import { textsOf } from '../../kernel'
import type { zh } from './zh'

/** Translates the texts of this room. */
export const useScenarioTexts = textsOf<typeof zh>('scenario')
