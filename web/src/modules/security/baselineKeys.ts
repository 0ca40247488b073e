/** What a key does in a review. */
export type Act = 'down' | 'up' | 'accept' | 'reject' | 'undo' | 'select' | 'group'

const acts: Record<string, Act> = { ArrowDown: 'down', j: 'down', ArrowUp: 'up', k: 'up', a: 'accept', r: 'reject', u: 'undo', x: 'select', g: 'group' }

/** A key, with a modifier or not, and whether somebody types or is in a dialog. */
export interface Pressed { key: string; modified: boolean; busy: boolean }

/** What a key does: nothing with a modifier, while somebody types, or in a dialog. */
export function actOf({ key, modified, busy }: Pressed): Act | undefined {
  return modified || busy ? undefined : acts[key.length === 1 ? key.toLowerCase() : key]
}

/** What was pressed, and where; a box of the table is no place to type. */
export function pressed(e: KeyboardEvent): Pressed {
  const at = e.target instanceof HTMLElement ? e.target : null
  const box = at instanceof HTMLInputElement && at.type === 'checkbox'
  const typing = at !== null && !box && (at.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName))
  return { key: e.key, modified: e.ctrlKey || e.metaKey || e.altKey, busy: typing || at?.closest('[role=dialog], [role=listbox], [role=tablist]') != null }
}
