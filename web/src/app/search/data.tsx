import { api, read, type Schema } from '../../kernel'

export type Found = Schema<'SearchFound'>
export type Answer = Schema<'SearchAnswer'>
type Piece = Schema<'SearchPiece'>

/** Asks the city's search for one page. */
export const ask = (q: string, kind: string, cursor: string) => read(api.GET('/api/search', { params: { query: { q, kind, cursor, limit: 20 } } }))

/** Asks for objects that a beginning leads to. */
export const suggest = (q: string) => read(api.GET('/api/search/suggestions', { params: { query: { q } } }))

/** Text with what was asked for marked. */
export function Marked({ pieces }: { pieces: Piece[] }) {
  return (
    <>
      {pieces.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>))}
    </>
  )
}
