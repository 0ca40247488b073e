import type { Schema } from '../../kernel'
import type { Segment } from './codes'
import { useIdentifierTexts } from './texts'

/** What a code is composed of, part by part. */
export function Composition({ rule }: { rule: Schema<'CodingRule'> }) {
  const t = useIdentifierTexts()
  const shown = (s: Segment) => {
    switch (s.kind) {
      case 'constant': return s.text
      case 'date': return s.format
      case 'serial': return t('rules.serialOf', { width: s.width ?? 0, radix: s.radix || 10 })
      case 'check': return t(`rules.methods.${s.method as 'luhn'}`)
      case 'field': return s.item
    }
  }
  return (
    <ol className="lh-composition" aria-label={t('rules.composition')}>
      {rule.segments.map((s, i) => (
        <li key={i} className={`lh-part lh-part-${s.kind}`}>
          <span className="lh-part-kind">{t(`rules.kind.${s.kind}`)}</span>
          <span className="lh-code">{shown(s)}</span>
        </li>
      ))}
    </ol>
  )
}
