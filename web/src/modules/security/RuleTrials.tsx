import { Alert, Button, Card, Flex, InputNumber, Progress } from 'antd'
import { useState } from 'react'
import { api, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { levelTone, useAlertTexts } from './alertTexts'
import { ruleSetKey, useRuleSetTexts, type RuleSetDetail, type RuleTrial, type TrialHit } from './ruleSetTexts'

/** Tries a set against what is kept, and shows the newest trial. */
export function RuleTrials({ set }: { set: RuleSetDetail }) {
  const t = useRuleSetTexts()
  const [days, setDays] = useState(7)
  const begin = useChange({ run: () => read(api.POST('/api/security/rule-sets/{id}/trials', { params: { path: { id: set.id } }, body: { days } })), refresh: [ruleSetKey] })
  const newest = set.trial
  return (
    <Card size="small" title={t('ruleset.trial.title')}>
      <div className="lh-stack">
        <span className="lh-muted lh-wrap">{t(set.city ? 'ruleset.trial.cityNote' : 'ruleset.trial.note')}</span>
        <Flex gap={8} wrap align="center">
          <label htmlFor="trial-days">{t('ruleset.trial.days')}</label>
          <InputNumber id="trial-days" min={1} max={30} precision={0} value={days} onChange={(v) => setDays(v ?? 7)} />
          <Button type="primary" loading={begin.isPending} disabled={newest?.state === 'running'} onClick={() => begin.mutate()}>{t('ruleset.trial.run')}</Button>
        </Flex>
        <div aria-live="polite">{newest && <Trial trial={newest} />}</div>
      </div>
    </Card>
  )
}

function Trial({ trial: x }: { trial: RuleTrial }) {
  const t = useRuleSetTexts()
  const f = useFormat()
  const cancel = useChange({ run: () => read(api.POST('/api/security/rule-trials/{id}/cancel', { params: { path: { id: x.id } } })), refresh: [ruleSetKey] })
  if (x.state === 'running') {
    return (
      <Flex gap={8} align="center" wrap>
        <Progress percent={Math.round(x.fraction * 100)} style={{ maxWidth: 320 }} aria-label={t('ruleset.trial.running', { percent: Math.round(x.fraction * 100) })} />
        <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>{t('ruleset.trial.cancel')}</Button>
      </Flex>
    )
  }
  if (x.state === 'failed') return <Alert type="error" showIcon title={t('ruleset.trial.failed', { reason: x.reason })} />
  if (x.state === 'cancelled') return <Alert type="info" showIcon title={t('ruleset.trial.cancelled')} />
  if (x.events === 0 || !x.from || !x.to) return <Alert type="warning" showIcon title={t('ruleset.trial.nothing')} />
  return (
    <div className="lh-stack">
      <Alert type={x.cut ? 'warning' : 'info'} showIcon title={t('ruleset.trial.done', { n: f.number(x.events, 0), from: f.time(x.from), to: f.time(x.to) })} description={x.cut ? t('ruleset.trial.cut') : undefined} />
      {x.found.length === 0 ? <span className="lh-muted">{t('ruleset.trial.quiet')}</span> : <Hits list={x.found} />}
    </div>
  )
}

function Hits({ list }: { list: TrialHit[] }) {
  const t = useRuleSetTexts()
  const a = useAlertTexts()
  const text = useText()
  const f = useFormat()
  return (
    <PlainTable<TrialHit>
      label={t('ruleset.trial.title')} rowKey={(x) => x.rule_id} dataSource={list} pagination={list.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
      columns={[
        { title: t('ruleset.trial.rule'), render: (_, x) => <span className="lh-two lh-break"><span>{x.title}</span>{x.author && <span className="lh-muted">{t('ruleset.authorOf', { author: x.author })}</span>}<span><StatusTag tone={levelTone[x.level]}>{a(`alert.levels.${x.level}`)}</StatusTag></span></span> },
        { title: t('ruleset.trial.hits'), align: 'right', render: (_, x) => <span className="lh-two"><span className="lh-number">{f.number(x.hits, 0)}</span>{x.noisy && <span title={t('ruleset.trial.noisyNote')}><StatusTag tone="warn">{t('ruleset.trial.noisy')}</StatusTag></span>}</span> },
        { title: t('ruleset.trial.examples'), responsive: ['sm'], render: (_, x) => <span className="lh-two lh-prose lh-break">{x.examples.map((e, n) => <span key={n} className="lh-muted">{f.time(e.at)} · {e.sensor} · {text(e.why)}</span>)}</span> },
      ]}
    />
  )
}
