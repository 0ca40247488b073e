import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { Link } from 'react-router'
import { api, EmptyState, Failure, LinkButton, Loading, PlainTable, read, StatusTag, useFormat } from '../../kernel'
import { ruleSetKey, useRuleSetTexts, type RuleSetRow } from './ruleSetTexts'

/** Sets of rules that the enterprise or the city brought. */
export function RuleSets() {
  const t = useRuleSetTexts()
  const f = useFormat()
  const { data, error, refetch } = useQuery({ queryKey: [...ruleSetKey, 'all'], queryFn: () => read(api.GET('/api/security/rule-sets')) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const add = <LinkButton type="primary" to="/security/rule-sets/import">{t('ruleset.import')}</LinkButton>
  return (
    <Card size="small" title={t('ruleset.title')} extra={data.may && data.items.length > 0 && add}>
      <div className="lh-stack">
        <span className="lh-muted lh-wrap">{t(data.city ? 'ruleset.cityNote' : 'ruleset.note')}</span>
        {data.items.length === 0 ? <EmptyState title={t('ruleset.empty')} note={t(data.may ? 'ruleset.emptyNote' : 'ruleset.emptySeen')} action={data.may && add} /> : (
          <PlainTable<RuleSetRow>
            label={t('ruleset.title')} rowKey={(x) => x.id} dataSource={data.items} pagination={false}
            columns={[
              { title: t('ruleset.name'), render: (_, x) => <span className="lh-two lh-wrap"><Link to={`/security/rule-sets/${x.id}`}>{x.name}</Link>{x.broken.length > 0 && <span>{t('ruleset.broken', { n: x.broken.length })}</span>}</span> },
              { title: t('ruleset.of'), render: (_, x) => <StatusTag tone={x.city ? 'info' : 'idle'}>{t(x.city ? 'ruleset.city' : 'ruleset.own')}</StatusTag> },
              { title: t('ruleset.rules'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.rules, 0)}</span> },
              { title: t('ruleset.live'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.live, 0)}</span> },
              { title: t('ruleset.silent'), align: 'right', responsive: ['md'], render: (_, x) => <span className="lh-number">{f.number(x.silent, 0)}</span> },
              { title: t('ruleset.changed'), responsive: ['lg'], render: (_, x) => <span className="lh-two"><span className="lh-number">{f.time(x.changed_at)}</span><span className="lh-muted">{x.changed_by}</span></span> },
            ]}
          />
        )}
      </div>
    </Card>
  )
}
