/** Monday of the week of a day, by the reader's clock. */
export function weekOf(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - ((day.getDay() + 6) % 7))
}

/** A day some days later, by the reader's clock: days may have 23 or 25 hours. */
export function later(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days)
}

/** Where a time is between two others, in percent. */
export function placeIn(at: string | number, from: string | number, to: string | number): number {
  const [a, f, t] = [new Date(at).getTime(), new Date(from).getTime(), new Date(to).getTime()]
  return Math.min(100, Math.max(0, (100 * (a - f)) / (t - f)))
}

/** A colour for each person, in the order in which they come, as long as there are colours. */
export function coloursOf(people: string[], colours: string[]): Map<string, string> {
  return new Map([...new Set(people.filter(Boolean))].map((id, i) => [id, colours[i % colours.length]!]))
}
