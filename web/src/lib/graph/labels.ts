/** A label that could stand beside a node, in pixels; the first asked for goes first. */
export interface Label { i: number; x: number; y: number; text: string }

/** How many labels a picture has at most: more are not read. */
const most = 60

/** What is written of a name. */
export const shortened = (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name)

/** Roughly how wide a text of 12 pixels is: characters of Chinese are as wide as high. */
const wide = (text: string) => [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e7f ? 12 : 7), 0)

/** Those of the labels that stand beside each other without covering one another. */
export function apart(labels: Label[]): Label[] {
  const kept: { label: Label; right: number }[] = []
  for (const label of labels) {
    if (kept.length === most) break
    const right = label.x + wide(label.text) + 8
    if (!kept.some((k) => Math.abs(k.label.y - label.y) < 18 && k.label.x < right && label.x < k.right)) kept.push({ label, right })
  }
  return kept.map((k) => k.label)
}
