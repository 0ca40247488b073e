import { StatusTag, useText } from '../../kernel'
import { outcomeTone, type Finding, type Outcome } from './policies'
import { useEnterpriseTexts } from './texts'

/** What a rule comes to for an enterprise. */
export function OutcomeTag({ outcome }: { outcome: Outcome }) {
  const t = useEnterpriseTexts()
  return <StatusTag tone={outcomeTone[outcome]}>{t(`policy.outcomes.${outcome}`)}</StatusTag>
}

/** What each part of a rule comes to. */
export function FindingTree({ finding: x }: { finding: Finding }) {
  const t = useEnterpriseTexts()
  if (x.form === 'everybody') return <p className="lh-note">{t('policy.everybody')}</p>
  return <ul className="lh-policy-tree"><Part finding={x} /></ul>
}

function Part({ finding: x }: { finding: Finding }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const tag = <StatusTag tone={x.outcome === 'unmet' ? 'bad' : outcomeTone[x.outcome]}>{t(`policy.conditionOutcomes.${x.outcome}`)}</StatusTag>
  if (x.form === 'condition') return <li>{tag} {text(x.asks)}{text(x.has) && <span className="lh-note"> · {t('policy.has', { has: text(x.has) })}</span>}</li>
  return (
    <li>
      {tag} {t(`policy.forms.${x.form as 'all' | 'any' | 'not'}`)}
      <ul className="lh-policy-tree">{x.parts.map((p, i) => <Part key={i} finding={p} />)}</ul>
    </li>
  )
}

/** What is missing, condition by condition. */
export function Lacks({ lacks }: { lacks: { text: { zh: string; en: string } }[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  if (lacks.length === 0) return null
  return <ul className="lh-policy-lacks" aria-label={t('policy.lacks')}>{lacks.map((l, i) => <li key={i}>{text(l.text)}</li>)}</ul>
}

