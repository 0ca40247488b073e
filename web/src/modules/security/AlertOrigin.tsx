import { Card } from 'antd'
import { Link } from 'react-router'
import { none, Particulars } from '../../kernel'
import type { AlertDetail } from './alertTexts'
import { useRuleSetTexts } from './ruleSetTexts'

/** Whose the rule of an alert is, where the city or the enterprise brought it. */
export function AlertOrigin({ alert }: { alert: AlertDetail }) {
  const t = useRuleSetTexts()
  const o = alert.origin
  if (!o) return null
  return (
    <Card size="small" title={t('ruleset.origin.title')}>
      <Particulars
        items={[
          { key: 'set', label: t('ruleset.origin.set'), children: <span className="lh-wrap"><Link to={`/security/rule-sets/${o.set_id}`}>{o.set}</Link> · {o.revision}{o.city && ` · ${t('ruleset.origin.cityRule')}`}</span> },
          { key: 'author', label: t('ruleset.origin.author'), children: <span className="lh-wrap">{o.author || none}</span> },
          ...(o.license ? [{ key: 'license', label: t('ruleset.origin.license'), children: o.license }] : []),
          { key: 'tags', label: t('ruleset.origin.tags'), children: <span className="lh-code lh-wrap">{o.tags.join(', ') || none}</span> },
          ...(o.sigma_id ? [{ key: 'sigma', label: t('ruleset.origin.sigma'), children: <span className="lh-code lh-break">{o.sigma_id}</span> }] : []),
          ...(o.references.length > 0 ? [{ key: 'references', label: t('ruleset.origin.references'), children: <span className="lh-two lh-break">{o.references.slice(0, 5).map((r) => <span key={r}>{r}</span>)}</span> }] : []),
        ]}
      />
    </Card>
  )
}
