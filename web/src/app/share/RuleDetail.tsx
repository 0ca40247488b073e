import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, Failure, Loading, none, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { rulesKey, sharedKey, tones, useVocabulary, type RuleDetail as Detail } from './data'
import { Policy } from './Policy'
import { RuleForm } from './RuleForm'
import { useShareTexts } from './texts'

/** One rule: what it says, what it shares now, its policy and its versions. */
export function RuleDetail({ id }: { id: string }) {
  const t = useShareTexts()
  const [editing, setEditing] = useState(false)
  const one = useQuery({ queryKey: [...rulesKey, id], queryFn: () => read(api.GET('/api/share/rules/{id}', { params: { path: { id } } })) })
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading />
  const r = one.data
  if (editing) return <RuleForm rule={r} close={() => setEditing(false)} />
  return (
    <div className="lh-stack">
      <Facts rule={r} />
      <Actions rule={r} edit={() => setEditing(true)} />
      <strong>{t('rules.covers', { count: r.total })}</strong>
      <Objects rule={r} />
      <strong>{t('field.policy')}</strong>
      <Policy key={r.version} rule={r} />
      <strong>{t('field.versions')}</strong>
      <Versions rule={r} />
    </div>
  )
}

function Facts({ rule: r }: { rule: Detail }) {
  const t = useShareTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const kind = vocabulary.kinds.find((k) => k.noun === r.noun)
  const named = (name: string) => kind?.attributes.find((a) => a.name === name)
  const filters = Object.entries(r.filters ?? {}).map(([name, values]) => `${text(named(name)?.title)}：${f.list((values ?? []).map((v) => text(named(name)?.values.find((x) => x.value === v)?.title) || v))}`)
  const district = (code: string) => vocabulary.districts.find((d) => d.value === code)?.label ?? code
  const audience = [...r.with.map((n) => text(n)), ...r.audience.kinds.map((k) => t(`organisationKind.${k}`)), ...r.audience.districts.map(district)]
  const by = [...(r.proposed_by_name ? [t('rules.proposedBy', { name: r.proposed_by_name })] : []), ...(r.approved_by_name ? [t('rules.approvedBy', { name: r.approved_by_name })] : []), ...(r.reason ? [r.reason] : [])]
  return (
    <Particulars
      items={[
        { key: 'title', label: t('field.title'), children: text(r.title) },
        { key: 'state', label: t('field.state'), children: <span className="lh-two"><StatusTag tone={tones[r.state]}>{t(`state.${r.state}`)}</StatusTag><span>{by.join(' · ')}</span></span> },
        { key: 'organisation', label: t('field.organisation'), children: r.city ? `${text(r.organisation)} · ${t('rules.cityMark')}` : text(r.organisation) },
        { key: 'kind', label: t('field.kind'), children: vocabulary.kindTitle(r.noun) },
        { key: 'filters', label: t('field.filters'), children: filters.length ? filters.join('；') : t('rules.all') },
        { key: 'with', label: t('field.with'), children: f.list(audience) },
        { key: 'purpose', label: t('field.purpose'), children: r.purpose },
        { key: 'until', label: t('field.until'), children: f.time(r.until) },
      ]}
    />
  )
}

function Actions({ rule: r, edit }: { rule: Detail; edit: () => void }) {
  const t = useShareTexts()
  const may = useMay()
  const [reason, setReason] = useState('')
  const params = { params: { path: { id: r.id } } }
  const refresh = [rulesKey, sharedKey]
  const submit = useChange({ run: () => read(api.POST('/api/share/rules/{id}/submission', params)), refresh, done: t('rules.submitted'), quiet: true })
  const decide = useChange({ run: (approve: boolean) => read(api.POST('/api/share/rules/{id}/decision', { ...params, body: { approve, reason } })), refresh, done: t('rules.decided'), quiet: true })
  const end = useChange({ run: () => read(api.POST('/api/share/rules/{id}/end', { ...params, body: { reason } })), refresh, done: t('rules.ended'), quiet: true })
  const grave = r.city || r.custom
  const why = <Input.TextArea aria-label={t('field.reason')} placeholder={t('field.reason')} rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} />
  return (
    <span className="lh-actions">
      {r.own && r.state === 'draft' && <Confirm title={t('rules.submitTitle')} note={<p>{t(grave ? 'rules.submitGraveNote' : 'rules.submitNote')}</p>} label={t(grave ? 'rules.submitGrave' : 'rules.submit')} danger={false} button={{ type: 'primary' }} run={() => submit.mutateAsync()} />}
      {may('share.approve') && r.state === 'proposed' && (
        <>
          <Confirm title={t('rules.approveTitle')} note={<p>{t('rules.approveNote')}</p>} label={t('rules.approve')} danger={false} button={{ type: 'primary' }} run={() => decide.mutateAsync(true)}>{why}</Confirm>
          <Confirm title={t('rules.returnTitle')} label={t('rules.return')} danger={false} run={() => decide.mutateAsync(false)}>{why}</Confirm>
        </>
      )}
      {r.own && r.state !== 'ended' && (
        <>
          <Button title={grave ? t('rules.reEdit') : ''} onClick={edit}>{t('edit')}</Button>
          <Confirm title={t('rules.endTitle')} note={<p>{t('rules.endNote')}</p>} label={t('rules.end')} run={() => end.mutateAsync()}>{why}</Confirm>
        </>
      )}
    </span>
  )
}

function Objects({ rule: r }: { rule: Detail }) {
  const t = useShareTexts()
  const text = useText()
  return (
    <PlainTable<Detail['objects'][number]>
      label={t('field.object')}
      rowKey={(o) => o.id}
      dataSource={r.objects}
      locale={{ emptyText: none }}
      columns={[{ key: 'title', title: t('field.object'), render: (_, o) => <Link to={o.path}>{text(o.title)}</Link> }]}
    />
  )
}

function Versions({ rule: r }: { rule: Detail }) {
  const t = useShareTexts()
  const f = useFormat()
  return (
    <PlainTable<Detail['versions'][number]>
      label={t('field.versions')}
      rowKey={(v) => v.version}
      dataSource={r.versions}
      expandable={{ expandedRowRender: (v) => <pre className="lh-code lh-break">{v.cedar}</pre> }}
      columns={[
        { key: 'version', title: t('field.version'), render: (_, v) => <span className="lh-number">{v.version}</span> },
        { key: 'act', title: t('field.act'), render: (_, v) => t(`act.${v.act}`) },
        { key: 'by', title: t('field.by'), render: (_, v) => v.by_name },
        { key: 'at', title: t('field.time'), responsive: ['sm'], render: (_, v) => <span className="lh-number">{f.time(v.at)}</span> },
        { key: 'reason', title: t('field.reason'), responsive: ['md'], render: (_, v) => v.reason },
      ]}
    />
  )
}
