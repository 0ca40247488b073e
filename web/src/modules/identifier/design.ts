import type { Schema } from '../../kernel'

export type LabelAsk = Schema<'IdentifierLabelAsk'>
export type LabelDesign = Schema<'IdentifierLabelDesign'>
export type LabelSheet = Schema<'IdentifierLabelSheet'>
export type LabelSource = Schema<'IdentifierLabelSource'>
export type LabelPreview = Schema<'IdentifierLabelPreview'>

/** Sizes that labels are sold in, in millimetres; on A4 with rows and columns. */
export const sizes = [
  { key: 'a4-21', width: 63.5, height: 38.1, paper: 'a4', rows: 7, columns: 3, left: 7.2, top: 15.1, gap_x: 2.5, gap_y: 0 },
  { key: 'a4-24', width: 64, height: 33.9, paper: 'a4', rows: 8, columns: 3, left: 6.5, top: 12.9, gap_x: 2.5, gap_y: 0 },
  { key: 'a4-65', width: 38.1, height: 21.2, paper: 'a4', rows: 13, columns: 5, left: 4.7, top: 10.7, gap_x: 2.5, gap_y: 0 },
  { key: 'roll-40-30', width: 40, height: 30, paper: 'roll' },
  { key: 'roll-60-40', width: 60, height: 40, paper: 'roll' },
  { key: 'roll-100-60', width: 100, height: 60, paper: 'roll' },
] as const

/** The design that a new sheet begins with. */
export function usualDesign(): LabelDesign {
  const { key: _, ...size } = sizes[0]
  return { symbol: 'qr', carries: 'handle', level: 'M', named: true, items: [], text: 7, quiet: 0, ...size }
}

/** The size of those that are sold that a design has; empty for one of its own. */
export function sizeOf(design: Partial<LabelDesign> | undefined): string {
  return sizes.find(({ key: _, ...size }) => Object.entries(size).every(([name, value]) => design?.[name as keyof LabelDesign] === value))?.key ?? ''
}

/** Names in a text, one in a line; each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split('\n').map((x) => x.trim()).filter(Boolean))]
}

/** A sheet as a form has it, as the interface takes it: what is empty is left out. */
export function askOf(values: Partial<LabelAsk> & { names?: string }, source: LabelSource): LabelAsk {
  const filled = <T extends object>(x: T) => Object.fromEntries(Object.entries(x).filter(([, v]) => v !== null && v !== undefined && v !== '')) as T
  return {
    title: values.title ?? '',
    source: filled({ ...source, ...(source.batch || source.import ? values.source : { handles: namesIn(values.names ?? '') }) }),
    design: filled({ ...usualDesign(), ...values.design }),
  }
}
