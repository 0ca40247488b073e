import { piecesOf } from './text'

/** What a comment says: its lines as they are, links, and names of those mentioned. */
export function Words({ text, names }: { text: string; names: string[] }) {
  return (
    <p className="lh-comment-text">
      {piecesOf(text, names).map((p, i) => {
        if (p.kind === 'link') return <a key={i} href={p.text} target="_blank" rel="noopener noreferrer nofollow">{p.text}</a>
        return p.kind === 'person' ? <strong key={i} className="lh-mention">{p.text}</strong> : p.text
      })}
    </p>
  )
}
