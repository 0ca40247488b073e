/** A piece of a comment's text: plain, a link, or somebody's name. */
export interface Piece {
  kind: 'plain' | 'link' | 'person'
  text: string
}

/** Where an address begins, and as far as it can go. */
const address = /https?:\/\/[^\s<>"'，。；：！？、（）《》“”]+/g

/** What ends a sentence and not an address. */
const ending = /[.,;:!?)\]}]+$/

/** Cuts a text into pieces, so that nothing of it is ever read as markup. */
export function piecesOf(text: string, names: string[]): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    const url = match[0].replace(ending, '')
    pieces.push(...people(text.slice(from, match.index), names), { kind: 'link', text: url })
    from = match.index + url.length
  }
  pieces.push(...people(text.slice(from), names))
  return pieces.filter((p) => p.text !== '')
}

/** Marks the names of those who are mentioned; the longest first, for one may begin another. */
function people(text: string, names: string[]): Piece[] {
  const marks = [...names].sort((a, b) => b.length - a.length).map((name) => `@${name}`)
  const pieces: Piece[] = []
  let plain = ''
  for (let i = 0; i < text.length; ) {
    const mark = marks.find((m) => text.startsWith(m, i))
    if (mark === undefined) {
      plain += text[i]
      i++
      continue
    }
    pieces.push({ kind: 'plain', text: plain }, { kind: 'person', text: mark })
    plain = ''
    i += mark.length
  }
  return [...pieces, { kind: 'plain', text: plain }]
}

/** Comments that belong together: the first one, and the answers to it. */
export interface Thread<Item> {
  first: Item
  answers: Item[]
}

/** Puts a list of comments, newest thread first, into threads; answers in the order they were given. */
export function threadsOf<Item extends { id: string; thread_id: string }>(list: Item[]): Thread<Item>[] {
  const threads: Thread<Item>[] = []
  let answers: Item[] = []
  for (const item of list) {
    if (item.id !== item.thread_id) {
      answers.push(item)
      continue
    }
    threads.push({ first: item, answers: answers.reverse() })
    answers = []
  }
  return threads
}

/** A size in the unit that people read. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(0)} KB`
  return `${(bytes / (1 << 20)).toFixed(1)} MB`
}
