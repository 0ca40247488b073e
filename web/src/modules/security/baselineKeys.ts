/** What a key does in a review; nothing while somebody types, or with a modifier. */
export type Act = 'down' | 'up' | 'accept' | 'reject' | 'undo' | 'select' | 'group'

const acts: Record<string, Act> = { ArrowDown: 'down', j: 'down', ArrowUp: 'up', k: 'up', a: 'accept', r: 'reject', u: 'undo', x: 'select', g: 'group' }

interface Pressed { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; target: EventTarget | null }

export function actOf(e: Pressed): Act | undefined {
  if (e.ctrlKey || e.metaKey || e.altKey) return undefined
  if (e.target instanceof HTMLElement && (e.target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(e.target.tagName)) && !(e.target instanceof HTMLInputElement && e.target.type === 'checkbox')) return undefined
  if (e.target instanceof HTMLElement && e.target.closest('[role=dialog], [role=listbox], [role=tablist]')) return undefined
  return acts[e.key.length === 1 ? e.key.toLowerCase() : e.key]
}
