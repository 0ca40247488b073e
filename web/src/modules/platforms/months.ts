/** A moment of a month that is in it all over the world but for the Pacific, as unix milliseconds. */
export const monthAt = (month: string) => Date.parse(`${month}-01T12:00:00+08:00`)

/** What weights add up to, rounded as they are written. */
export const weighed = (weights: (number | null | undefined)[]) => Math.round(weights.reduce<number>((sum, w) => sum + (w ?? 0), 0) * 100) / 100

/** The month of a moment, as the city counts them. */
export const monthOf = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 7)
