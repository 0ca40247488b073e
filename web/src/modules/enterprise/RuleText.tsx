import { useText } from '../../kernel'
import { useVocabulary } from './data'
import { useFields, type Field, type Rule } from './policies'
import { useEnterpriseTexts } from './texts'
import './policy.css'

/** A rule as people read it, whoever it is held against. */
export function RuleText({ rule }: { rule: Rule }) {
  const t = useEnterpriseTexts()
  const fields = useFields()
  if (Object.keys(rule).length === 0) return <p className="lh-note">{t('cultivation.evidenceAlone')}</p>
  return <ul className="lh-policy-tree"><Part rule={rule} fields={fields.data?.items ?? []} /></ul>
}

function Part({ rule: r, fields }: { rule: Rule; fields: Field[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const parts = r.all ?? r.any ?? (r.not ? [r.not] : undefined)
  if (parts?.length === 1 && !r.not) return <Part rule={parts[0]!} fields={fields} />
  if (parts) {
    return (
      <li>
        {t(`policy.forms.${r.all ? 'all' : r.any ? 'any' : 'not'}`)}
        <ul className="lh-policy-tree">{parts.map((p, i) => <Part key={i} rule={p} fields={fields} />)}</ul>
      </li>
    )
  }
  const field = fields.find((f) => f.code === r.field)
  const lists = { district: 'districts', industry: 'industries', size: 'sizes', qualification: 'qualifications' } as const
  const named = (code: string) => vocabulary.title(lists[r.field as keyof typeof lists], code)
  const value = r.number !== undefined ? withUnit(r.number, text(field?.unit)) : (r.day ?? (r.values ?? []).map(named).join(t('cultivation.comma')))
  const op = (r.values ?? []).length > 1 && r.op !== 'under' ? 'oneOf' : ((r.op ?? 'in') as '>=')
  return <li>{text(field?.title) || r.field} {t(`cultivation.ops.${op}`)} {value}</li>
}

/** A number with its unit, as the texts of what lacks have it: 1 year, 99 × 10 000 CNY, and no "2 level", as the title of the field says that it is one. */
function withUnit(n: number, unit: string): string {
  if (unit === '' || unit === 'level') return String(n)
  return `${n}${/^\d/.test(unit) ? ' × ' : ' '}${n === 1 ? unit.replace(/s$/, '') : unit}`
}
