import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, CopyBlock, DataTable, EmptyState, EntityForm, Failure, ifMatch, Loading, none, PageHeader, Particulars, read, StatusTag, useChange, useFormat, useLive, useText, type Column } from '../../kernel'
import { indicatorTone, intelKey, mark, useIntelTexts, type IndicatorDetail, type IndicatorHit } from './intelTexts'

/** One indicator: what it says, what it was seen in, and what was said of it. */
export default function Indicator() {
  const { id = '' } = useParams()
  const t = useIntelTexts()
  useLive('security.intel', intelKey)
  const { data, error, refetch } = useQuery({ queryKey: [...intelKey, 'one', id], queryFn: () => read(api.GET('/api/security/indicators/{id}', { params: { path: { id } } })) })
  if (error) return <><PageHeader title={t('intel.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page indicator={data} /> : <Loading />
}

function Page({ indicator: i }: { indicator: IndicatorDetail }) {
  const t = useIntelTexts()
  return (
    <div className="lh-stack">
      <PageHeader title={i.name} note={i.source} marks={<><StatusTag tone={indicatorTone[i.state]}>{t(`intel.states.${i.state}`)}</StatusTag><StatusTag tone="idle">{mark(i.tlp)}</StatusTag></>} actions={i.may && <Verdict indicator={i} />} />
      <div className="lh-main-side">
        <div className="lh-stack"><Says indicator={i} /><Hits indicator={i} /><Card size="small" title={t('intel.raw')}><CopyBlock label={t('intel.raw')} text={i.raw} /></Card></div>
        <div className="lh-stack"><About indicator={i} /><History indicator={i} /></div>
      </div>
    </div>
  )
}

function Says({ indicator: i }: { indicator: IndicatorDetail }) {
  const t = useIntelTexts()
  return (
    <Card size="small" title={t('intel.field.pattern')}>
      <Particulars
        items={[
          { key: 'pattern', label: t('intel.field.pattern'), children: <span className="lh-code lh-break">{i.pattern}</span> },
          ...(i.trouble ? [{ key: 'trouble', label: t('intel.field.trouble'), children: <span className="lh-wrap lh-break">{t(`intel.troubles.${i.trouble}`, { text: i.trouble_text })}</span> }] : []),
          ...(i.description ? [{ key: 'description', label: t('intel.field.description'), children: <span className="lh-wrap">{i.description}</span> }] : []),
          ...(i.points.length > 0 ? [{ key: 'points', label: t('intel.field.points'), children: <span className="lh-wrap">{i.points.map((p) => `${p.name} (${p.type})`).join(', ')}</span> }] : []),
        ]}
      />
    </Card>
  )
}

function About({ indicator: i }: { indicator: IndicatorDetail }) {
  const t = useIntelTexts()
  const f = useFormat()
  const time = (at: string) => <span className="lh-number">{f.time(at)}</span>
  return (
    <Card size="small" title={t('intel.about')}>
      <Particulars
        items={[
          { key: 'kind', label: t('intel.field.kind'), children: t(`intel.kinds.${i.kind}`) },
          { key: 'confidence', label: t('intel.field.confidence'), children: <span className="lh-number">{i.confidence ?? t('intel.notTold')}</span> },
          { key: 'from', label: t('intel.field.from'), children: time(i.valid_from) },
          { key: 'ends', label: t('intel.field.ends'), children: time(i.expires_at) },
          { key: 'hits', label: t('intel.field.hits'), children: <span className="lh-number">{f.number(i.hits, 0)}</span> },
          { key: 'hit_at', label: t('intel.field.hitAt'), children: i.hit_at ? time(i.hit_at) : none },
          ...(i.beyond > 0 ? [{ key: 'beyond', label: t('intel.field.beyond'), children: <span className="lh-number">{f.number(i.beyond, 0)}</span> }] : []),
          { key: 'origin', label: t('intel.field.origin'), children: t(`intel.origins.${i.origin}`) },
          { key: 'taken', label: t('intel.field.taken'), children: time(i.taken_at) },
          ...(i.taken_by ? [{ key: 'by', label: t('intel.field.takenBy'), children: i.taken_by }] : []),
          { key: 'object', label: t('intel.field.object'), children: <span className="lh-code lh-break">{i.object_id}</span> },
        ]}
      />
    </Card>
  )
}

function Hits({ indicator: i }: { indicator: IndicatorDetail }) {
  const t = useIntelTexts()
  const f = useFormat()
  const text = useText()
  const columns: Column<IndicatorHit>[] = [
    { key: 'enterprise', title: t('intel.field.enterprise'), sort: 'enterprise', render: (h) => <span className="lh-two lh-wrap"><span>{text(h.enterprise)}</span><span className="lh-muted">{h.sensor}</span></span> },
    { key: 'pair', title: t('intel.field.pair'), render: (h) => <span className="lh-two lh-break">{(h.client || h.server) && <span className="lh-code">{[h.client, h.server].filter(Boolean).join(' → ')}</span>}<span className="lh-muted">{h.client || h.server || h.alert_id ? h.value : t('intel.figuresOnly')}</span>{h.alert_id && <span><Link to={`/security/alerts/${h.alert_id}`}>{t('intel.toAlert')}</Link></span>}</span> },
    { key: 'times', title: t('intel.field.times'), sort: 'times', align: 'right', from: 'md', render: (h) => <span className="lh-number">{f.number(h.times, 0)}</span> },
    { key: 'last', title: t('intel.field.last'), sort: 'last_at', from: 'md', render: (h) => <span className="lh-number">{f.time(h.last_at)}</span> },
  ]
  return (
    <Card size="small" title={t('intel.hits')}>
      <DataTable<IndicatorHit> url={`/api/security/indicators/${i.id}/hits`} queryKey={[...intelKey, 'hits', i.id]} prefix="h." views="" label={t('intel.hits')} rowKey={(h) => h.id} columns={columns} exports empty={<EmptyState title={t('intel.noHits')} />} />
    </Card>
  )
}

function History({ indicator: i }: { indicator: IndicatorDetail }) {
  const t = useIntelTexts()
  const f = useFormat()
  if (i.steps.length === 0) return null
  return (
    <Card size="small" title={t('intel.history')}>
      <div className="lh-stack">
        {i.steps.map((s, k) => <div key={k} className="lh-two lh-wrap"><span>{t(s.silenced ? 'intel.silence' : 'intel.hear')} · {s.reason}</span><span className="lh-muted">{f.time(s.at)} · {s.name}</span></div>)}
      </div>
    </Card>
  )
}

function Verdict({ indicator: i }: { indicator: IndicatorDetail }) {
  const t = useIntelTexts()
  const [open, setOpen] = useState(false)
  const [form] = Form.useForm<{ reason: string }>()
  const silenced = i.silenced_at !== undefined
  const label = t(silenced ? 'intel.hear' : 'intel.silence')
  const say = useChange({
    run: (v: { reason: string }) => read(api.POST('/api/security/indicators/{id}/verdict', { params: { path: { id: i.id }, header: ifMatch(i.version) }, body: { silenced: !silenced, reason: v.reason } })),
    refresh: [intelKey], done: t('intel.said'), quiet: true, after: () => setOpen(false),
  })
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label}</Button>
      <Drawer title={label} open={open} onClose={() => setOpen(false)} destroyOnHidden>
        <EntityForm<{ reason: string }> form={form} initial={{ reason: '' }} submit={(v) => say.mutateAsync(v)} submitLabel={t('intel.submit')} cancel={() => setOpen(false)}>
          <p className="lh-note">{t(silenced ? 'intel.hearNote' : 'intel.silenceNote')}</p>
          <Form.Item name="reason" label={t('intel.field.reason')} rules={[{ required: true, whitespace: true, message: t('intel.missing', { label: t('intel.field.reason') }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} /></Form.Item>
        </EntityForm>
      </Drawer>
    </>
  )
}
