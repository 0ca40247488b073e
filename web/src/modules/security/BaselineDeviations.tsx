import { Flex, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, DataTable, EmptyState, read, StatusTag, useChange, useFormat, type Column } from '../../kernel'
import { alertKey } from './alertTexts'
import { baselineKey, useBaselineTexts, type BaselineDetail, type Deviation } from './baselineTexts'
import { ClassTag, Host, Manner, useServer } from './baselineWays'

const rules = ['baseline_rejected', 'baseline_new_master', 'baseline_new_command', 'baseline_new_peer', 'baseline_new_function'] as const

/** What the edition in force does not allow and was seen; what is wanted goes into the next. */
export function BaselineDeviations({ baseline: b }: { baseline: BaselineDetail }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const server = useServer()
  const [selected, setSelected] = useState<string[]>([])
  const [reason, setReason] = useState('')
  const accept = useChange({
    run: () => read(api.POST('/api/security/baselines/{id}/acceptances', { params: { path: { id: b.id } }, body: { deviations: selected, reason } })), refresh: [baselineKey, alertKey], done: t('baseline.deviations.done'), quiet: true,
    after: () => { setSelected([]); setReason('') },
  })
  const columns: Column<Deviation>[] = [
    { key: 'client', title: t('baseline.field.client'), sort: 'client', render: (d) => <Host addr={d.client} place={d.client_place} /> },
    { key: 'server', title: t('baseline.field.server'), sort: 'server', render: (d) => <Host addr={d.server} place={d.server_place} port={server(d)} /> },
    { key: 'way', title: t('baseline.field.way'), from: 'md', render: (d) => <Manner way={d} /> },
    { key: 'class', title: t('baseline.field.class'), from: 'sm', render: (d) => <ClassTag name={d.class} /> },
    { key: 'rule', title: t('baseline.field.rule'), sort: 'rule', from: 'lg', render: (d) => t(`baseline.rules.${d.rule}`) },
    { key: 'last', title: t('baseline.field.last'), sort: 'last_at', from: 'md', render: (d) => <span className="lh-number">{f.time(d.last_at)}</span> },
    { key: 'state', title: t('baseline.field.state'), sort: 'accepted', render: (d) => <State deviation={d} /> },
  ]
  return (
    <div className="lh-stack">
      {b.may && selected.length > 0 && (
        <Flex gap={8} align="center" wrap>
          <Confirm title={t('baseline.deviations.accept')} label={t('baseline.deviations.accept')} danger={false} disabled={reason.trim() === ''} note={<p>{t('baseline.deviations.acceptNote', { n: f.number(selected.length, 0) })}</p>} run={() => accept.mutateAsync()}>
            <Input.TextArea aria-label={t('baseline.field.reason')} placeholder={t('baseline.deviations.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
          </Confirm>
          <span className="lh-muted">{t('baseline.review.selected', { n: f.number(selected.length, 0) })}</span>
        </Flex>
      )}
      <DataTable<Deviation>
        url={`/api/security/baselines/${b.id}/deviations`} queryKey={[...baselineKey, 'deviations', b.id]} label={t('baseline.tabs.deviations')} rowKey={(d) => d.id} columns={columns} search={t('baseline.deviations.search')} exports prefix="d." views=""
        {...(b.may ? { select: { selected, change: setSelected, name: (d: Deviation) => `${d.client} → ${d.server} ${d.function}` } } : {})}
        filters={[
          { name: 'open', label: t('baseline.deviations.open'), options: [{ value: 'yes', label: t('baseline.deviations.openYes') }, { value: 'no', label: t('baseline.deviations.openNo') }] },
          { name: 'rule', label: t('baseline.field.rule'), options: rules.map((r) => ({ value: r, label: t(`baseline.rules.${r}`) })) },
          { name: 'host', label: t('baseline.field.host') },
        ]}
        empty={<EmptyState title={t('baseline.deviations.empty')} note={t('baseline.deviations.emptyNote')} />}
      />
    </div>
  )
}

function State({ deviation: d }: { deviation: Deviation }) {
  const t = useBaselineTexts()
  if (d.accepted > 0) return <StatusTag tone="good">{t('baseline.deviations.accepted', { n: d.accepted })}</StatusTag>
  return (
    <span className="lh-two">
      <span><StatusTag tone={d.window_id ? 'info' : 'warn'}>{d.window_id ? t('baseline.deviations.inWindow') : t('baseline.deviations.openYes')}</StatusTag></span>
      {d.alert_id && <Link to={`/security/alerts/${d.alert_id}`}>{t('baseline.deviations.toAlert')}</Link>}
    </span>
  )
}
