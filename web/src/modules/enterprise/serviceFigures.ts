/** What services are counted by. */
export const dimensions = ['quarter', 'district', 'industry', 'provider', 'matter'] as const
export type Dimension = (typeof dimensions)[number]

/** The quarters from 2022 until now, the newest first, and their years. */
export function quarters(now: Date): string[] {
  const list: string[] = []
  for (let year = now.getFullYear(); year >= 2022; year--) {
    list.push(String(year))
    for (let q = 4; q >= 1; q--) if (year < now.getFullYear() || q <= Math.floor(now.getMonth() / 3) + 1) list.push(`${year}Q${q}`)
  }
  return list
}

/** Where the services of a figure are listed. */
export function listOf(by: Dimension, code: string, quarter: string): string {
  const query = new URLSearchParams({ counted: 'true', ...(quarter ? { quarter } : {}), [by]: code })
  return `/enterprise/services?${query}`
}
