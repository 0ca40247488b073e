import { DownloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Input } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, LinkButton, Loading, none, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useMay, type Column } from '../../kernel'
import { levels, levelTone, useAlertsLive, useAlertTexts } from './alertTexts'
import { RuleFindings } from './RuleSetImport'
import { RuleTrials } from './RuleTrials'
import { ruleSetKey, useRuleSetTexts, type OwnRule, type RuleRevision, type RuleSetDetail } from './ruleSetTexts'

/** A set of rules: its rules, trials and revisions. */
export default function RuleSet() {
  const { id = '' } = useParams()
  const t = useRuleSetTexts()
  useAlertsLive()
  const { data, error, refetch } = useQuery({ queryKey: [...ruleSetKey, 'one', id], queryFn: () => read(api.GET('/api/security/rule-sets/{id}', { params: { path: { id: id } } })), refetchInterval: (query) => (query.state.data?.trial?.state === 'running' ? 1000 : false) })
  if (error) return <><PageHeader title={t('ruleset.title')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!data) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader
        title={data.name} note={`${t('ruleset.revision')} ${data.revision} · ${t('ruleset.rules')} ${data.rules} · ${t('ruleset.live')} ${data.live}`}
        marks={<StatusTag tone={data.city ? 'info' : 'idle'}>{t(data.city ? 'ruleset.city' : 'ruleset.own')}</StatusTag>} actions={<Acts set={data} />}
      />
      {data.broken.length > 0 && <Alert type="warning" showIcon title={t('ruleset.broken', { n: data.broken.length })} description={<RuleFindings list={data.broken} />} />}
      {data.may && <RuleTrials set={data} />}
      <Rules set={data} />
      <History set={data} />
    </div>
  )
}

function Acts({ set }: { set: RuleSetDetail }) {
  const t = useRuleSetTexts()
  const go = useNavigate()
  const use = useChange({ run: () => read(api.POST('/api/security/rule-sets/{id}/use', { params: { path: { id: set.id } }, body: { rules: [] } })), refresh: [ruleSetKey], done: t('ruleset.used'), quiet: true })
  const remove = useChange({ run: () => read(api.DELETE('/api/security/rule-sets/{id}', { params: { path: { id: set.id } } })), refresh: [ruleSetKey], done: t('ruleset.removed'), quiet: true, after: () => void go('/security/detection-rules') })
  return (
    <>
      {set.may && set.live < set.rules && <Confirm title={t('ruleset.useAll')} label={t('ruleset.useAll')} danger={false} run={() => use.mutateAsync()}><p>{t('ruleset.useNote')}</p></Confirm>}
      {set.may && <LinkButton to={`/security/rule-sets/import?set=${set.id}`}>{t('ruleset.revise')}</LinkButton>}
      <Button icon={<DownloadOutlined />} href={`/api/security/rule-sets/${set.id}/files/0`} download>{t('ruleset.download')}</Button>
      {set.may && <Confirm title={t('ruleset.remove')} label={t('ruleset.remove')} run={() => remove.mutateAsync()}><p>{t('ruleset.removeNote')}</p></Confirm>}
    </>
  )
}

function Rules({ set }: { set: RuleSetDetail }) {
  const t = useRuleSetTexts()
  const a = useAlertTexts()
  const columns: Column<OwnRule>[] = [
    { key: 'title', title: t('ruleset.list'), sort: 'title', render: (x) => <Said rule={x} /> },
    { key: 'level', title: t('ruleset.level'), sort: 'level', render: (x) => <StatusTag tone={levelTone[x.level]}>{a(`alert.levels.${x.level}`)}</StatusTag> },
    { key: 'logsource', title: t('ruleset.source'), sort: 'logsource', from: 'md', render: (x) => <span className="lh-two lh-wrap"><span className="lh-code">{x.logsource || none}</span>{x.silent && <span className="lh-muted">{t('ruleset.never')}</span>}</span> },
    { key: 'tags', title: t('ruleset.origin.tags'), from: 'lg', render: (x) => <span className="lh-code lh-wrap">{x.tags.slice(0, 4).join(', ') || none}</span> },
    { key: 'state', title: t('ruleset.state'), render: (x) => <Switch rule={x} set={set} /> },
  ]
  return (
    <DataTable<OwnRule>
      url={`/api/security/rule-sets/${set.id}/rules`} queryKey={[...ruleSetKey, 'rules', set.id]} label={t('ruleset.list')} rowKey={(x) => x.id} columns={columns} search={t('ruleset.search')} exports
      filters={[
        { name: 'level', label: t('ruleset.level'), options: levels.map((l) => ({ value: l, label: a(`alert.levels.${l}`) })) },
        { name: 'state', label: t('ruleset.state'), options: (['live', 'idle', 'silent'] as const).map((s) => ({ value: s, label: t(`ruleset.states.${s}`) })) },
      ]}
      empty={<EmptyState title={a('alert.rules.none')} />}
    />
  )
}

function Said({ rule: x }: { rule: OwnRule }) {
  const t = useRuleSetTexts()
  const f = useFormat()
  return (
    <span className="lh-two lh-break">
      <span>{x.title}</span>
      <span className="lh-muted">{[x.author && t('ruleset.authorOf', { author: x.author }), x.license && t('ruleset.licence', { license: x.license })].filter(Boolean).join(' · ')}</span>
      <span className="lh-muted lh-code">{x.file}:{x.line}</span>
      {x.off && x.until && <span className="lh-muted">{t('ruleset.alone', { time: f.time(x.until) })}</span>}
      {x.off && x.reason && <span className="lh-muted">{t('ruleset.byWhom', { name: x.by, time: f.time(x.at), reason: x.reason })}</span>}
    </span>
  )
}

function Switch({ rule: x, set }: { rule: OwnRule; set: RuleSetDetail }) {
  const t = useRuleSetTexts()
  const a = useAlertTexts()
  const may = useMay()
  const [reason, setReason] = useState('')
  const use = useChange({ run: () => read(api.POST('/api/security/rule-sets/{id}/use', { params: { path: { id: set.id } }, body: { rules: [x.id] } })), refresh: [ruleSetKey], done: t('ruleset.used'), quiet: true })
  const turn = useChange({ run: (off: boolean) => read(api.PUT('/api/security/detection-rules/{id}/switch', { params: { path: { id: x.id } }, body: { off, reason } })), refresh: [ruleSetKey], done: a('alert.rules.done'), quiet: true, after: () => setReason('') })
  const on = x.live && !x.off
  const why = <Input.TextArea aria-label={t('ruleset.reason')} placeholder={t('ruleset.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
  return (
    <Flex vertical gap={4} align="flex-start">
      <span><StatusTag tone={on ? 'good' : 'idle'}>{t(on ? 'ruleset.on' : x.live ? 'ruleset.off' : 'ruleset.idle')}</StatusTag></span>
      {set.may && !on && <Confirm title={t('ruleset.use')} label={t('ruleset.use')} danger={false} run={() => use.mutateAsync()}><p>{t('ruleset.useNote')}</p></Confirm>}
      {may('security.rule.switch') && x.live && (on || x.until) && <Confirm title={t('ruleset.switchOff')} label={on ? t('ruleset.switchOff') : a('alert.rules.keepOff')} disabled={reason.trim() === ''} run={() => turn.mutateAsync(true)}><p>{a('alert.rules.offNote')}</p>{why}</Confirm>}
      {may('security.rule.switch') && !set.may && x.live && x.off && <Confirm title={a('alert.rules.switchOn')} label={a('alert.rules.switchOn')} danger={false} disabled={reason.trim() === ''} run={() => turn.mutateAsync(false)}>{why}</Confirm>}
    </Flex>
  )
}

function History({ set }: { set: RuleSetDetail }) {
  const t = useRuleSetTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('ruleset.history')} extra={<span className="lh-muted">{t('ruleset.historyNote')}</span>}>
      <PlainTable<RuleRevision>
        label={t('ruleset.history')} rowKey={(x) => x.revision} dataSource={set.revisions} pagination={false}
        columns={[
          { title: t('ruleset.revision'), align: 'right', render: (_, x) => <a href={`/api/security/rule-sets/${set.id}/files/${x.revision}`} download className="lh-number">{x.revision}</a> },
          { title: t('ruleset.changed'), render: (_, x) => <span className="lh-two lh-wrap"><span>{t('ruleset.size', { n: x.rules, refused: x.refused, added: x.added, changed: x.changed, removed: x.removed })}</span>{x.note && <span className="lh-muted">{x.note}</span>}</span> },
          { title: t('ruleset.when'), render: (_, x) => <span className="lh-two"><span className="lh-number">{f.time(x.at)}</span><span className="lh-muted">{x.by}</span></span> },
        ]}
      />
    </Card>
  )
}
