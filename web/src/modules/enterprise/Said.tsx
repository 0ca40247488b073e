import { none } from '../../kernel'
import { useVocabulary } from './data'
import type { Field } from './requests'

/** What a field of an entry says, as people read it. */
export function Said({ field, value }: { field: Field; value: string }) {
  const vocabulary = useVocabulary()
  if (value === '') return none
  if (field === 'district') return vocabulary.title('districts', value)
  if (field === 'industry') return `${value} ${vocabulary.title('industries', value)}`
  if (field === 'size') return vocabulary.title('sizes', value)
  return <span className={field === 'code' ? 'lh-code lh-wrap' : 'lh-enterprise-text'}>{value}</span>
}
