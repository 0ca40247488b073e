import { useQuery } from '@tanstack/react-query'
import { Flex, Input, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, Failure, Loading, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { RuleSets } from './RuleSets'
import { alertKey, levels, levelTone, useAlertTexts, type RuleRow } from './alertTexts'

/** The pack of rules, and which are off in the reader's enterprise. */
export default function DetectionRules() {
  const t = useAlertTexts()
  const text = useText()
  const [q, setQ] = useState('')
  const [level, setLevel] = useState<string>('')
  const { data, error, refetch } = useQuery({ queryKey: [...alertKey, 'rules'], queryFn: () => read(api.GET('/api/security/detection-rules')) })
  if (error) return <><PageHeader title={t('alert.rules.title')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (!data) return <Loading />
  const wanted = q.trim().toLowerCase()
  const list = data.rules.filter((r) => (level === '' || r.level === level) && (wanted === '' || [r.name, r.title.zh, r.title.en, r.protocol, r.technique.id, r.technique.name.zh, r.technique.name.en].some((s) => s.toLowerCase().includes(wanted))))
  return (
    <div className="lh-stack">
      <PageHeader title={t('alert.rules.title')} note={`${t('alert.rules.note', { version: data.version, date: data.date, n: data.rules.length })} · ${text(data.source)}`} />
      <RuleSets />
      <Flex gap={8} wrap>
        <Input.Search aria-label={t('alert.rules.search')} placeholder={t('alert.rules.search')} allowClear value={q} onChange={(e) => setQ(e.target.value)} style={{ maxWidth: 280 }} />
        <Select aria-label={t('alert.field.level')} value={level} onChange={setLevel} popupMatchSelectWidth={false} options={[{ value: '', label: t('alert.rules.all') }, ...levels.map((l) => ({ value: l, label: t(`alert.levels.${l}`) }))]} />
      </Flex>
      {list.length === 0 ? <EmptyState title={t('alert.rules.none')} /> : (
        <PlainTable<RuleRow>
          label={t('alert.rules.title')} rowKey={(r) => r.id} dataSource={list} pagination={list.length > 25 ? { pageSize: 25, showSizeChanger: false } : false}
          columns={[
            { title: t('alert.rules.rule'), render: (_, r) => <Said rule={r} /> },
            { title: t('alert.field.level'), render: (_, r) => <StatusTag tone={levelTone[r.level]}>{t(`alert.levels.${r.level}`)}</StatusTag> },
            { title: t('alert.field.technique'), responsive: ['md'], render: (_, r) => <span className="lh-two lh-wrap"><span className="lh-code">{r.technique.id}</span><span className="lh-muted">{text(r.technique.name)}</span></span> },
            { title: t('alert.field.kind'), responsive: ['lg'], render: (_, r) => <span className="lh-two"><span>{t(`alert.kinds.${r.kind}`)}</span><span className="lh-muted">{r.protocol || t('alert.rules.anyProtocol')}</span></span> },
            { title: t('alert.rules.state'), render: (_, r) => <Switch rule={r} may={data.may} /> },
          ]}
        />
      )}
    </div>
  )
}

function Said({ rule: r }: { rule: RuleRow }) {
  const t = useAlertTexts()
  const text = useText()
  const f = useFormat()
  return (
    <span className="lh-two lh-wrap">
      <span>{text(r.title)}</span>
      <span className="lh-muted">{text(r.why)}</span>
      {r.off && r.until && <span className="lh-muted">{t('alert.rules.alone', { time: f.time(r.until) })}</span>}
      {r.reason && <span className="lh-muted">{t('alert.rules.byWhom', { name: r.by, time: f.time(r.at), reason: r.reason })}</span>}
    </span>
  )
}

function Switch({ rule: r, may }: { rule: RuleRow; may: boolean }) {
  const t = useAlertTexts()
  const [reason, setReason] = useState('')
  const change = useChange({ run: (off: boolean) => read(api.PUT('/api/security/detection-rules/{id}/switch', { params: { path: { id: r.id } }, body: { off, reason } })), refresh: [alertKey], done: t('alert.rules.done'), quiet: true, after: () => setReason('') })
  const label = r.off ? t('alert.rules.switchOn') : t('alert.rules.switchOff')
  return (
    <Flex vertical gap={4} align="flex-start">
      <span><StatusTag tone={r.off ? 'idle' : 'good'}>{r.off ? t('alert.rules.off') : t('alert.rules.on')}</StatusTag></span>
      {may && <Confirm title={label} label={label} danger={!r.off} disabled={reason.trim() === ''} run={() => change.mutateAsync(!r.off)}>{!r.off && <p>{t('alert.rules.offNote')}</p>}<Input.TextArea aria-label={t('alert.rules.reason')} placeholder={t('alert.rules.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} /></Confirm>}
      {may && r.off && r.until && <Confirm title={t('alert.rules.keepOff')} label={t('alert.rules.keepOff')} disabled={reason.trim() === ''} run={() => change.mutateAsync(true)}><p>{t('alert.rules.offNote')}</p><Input.TextArea aria-label={t('alert.rules.reason')} placeholder={t('alert.rules.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} /></Confirm>}
    </Flex>
  )
}
