import { PaperClipOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Form, Input, Popconfirm, Radio, Space } from 'antd'
import { useState } from 'react'
import { api, EntityForm, Failure, ifMatch, Loading, none, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { OutputForm } from './OutputForm'
import { outputKey, outputTone, useOutput, type Output, type OutputDetail } from './outputs'
import { usePlatformTexts } from './texts'

/** A figure with its evidence, its revisions, and what may be done about it. */
export function OutputDrawer({ id, close }: { id: string | null; close: () => void }) {
  const t = usePlatformTexts()
  const figure = useOutput(id)
  return (
    <Drawer open={id !== null} onClose={close} size={760} title={t('output.figure')} destroyOnHidden>
      {figure.error && <Failure problem={figure.error} retry={() => void figure.refetch()} />}
      {figure.isPending && <Loading />}
      {figure.data && <Body figure={figure.data} key={figure.data.id} />}
    </Drawer>
  )
}

function Body({ figure: o }: { figure: OutputDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const [correcting, correct] = useState(false)
  const withdraw = useChange({ run: () => read(api.POST('/api/platforms/output/figures/{id}/withdrawal', { params: { path: { id: o.id }, header: ifMatch(o.version) } })), refresh: [outputKey], done: t('output.withdrawnDone') })
  const items = [
    { key: 'enterprise', label: t('output.enterprise'), children: <>{o.enterprise} <span className="lh-code">{o.uscc}</span></> },
    { key: 'year', label: t('foster.yearLabel'), children: <span className="lh-number">{o.year}</span> },
    { key: 'amount', label: t('output.amount'), children: <span className="lh-number">{f.number(o.amount, 4)}</span> },
    { key: 'platform', label: t('page.title'), children: text(o.platform) },
    { key: 'project', label: t('output.project'), children: o.project },
    { key: 'basis', label: t('output.basis'), children: <span className="lh-wrap">{o.basis}</span> },
    { key: 'file', label: t('output.evidence'), children: <a href={`/api/platforms/output/files/${o.file_id}`} download title={`SHA-256 ${o.sha256}`}><PaperClipOutlined /> {o.file}</a> },
    { key: 'by', label: t('output.reportedBy'), children: <>{o.reported_by} <span className="lh-muted">{f.time(o.reported_at)}</span></> },
    ...(o.reason ? [{ key: 'reason', label: t('output.reason'), children: <span className="lh-wrap">{o.reason}</span> }] : []),
    ...(o.decided_at ? [{ key: 'decided', label: t('output.decision'), children: <>{o.decided_by} <span className="lh-muted">{f.time(o.decided_at)}</span> <span className="lh-wrap">{o.decision || none}</span></> }] : []),
  ]
  return (
    <div className="lh-stack">
      <Space wrap>
        <StatusTag tone={outputTone[o.state]}>{t(`output.states.${o.state}`)}</StatusTag>
        {o.counted && <StatusTag tone={o.counted === 'yes' ? 'good' : 'idle'}>{t(`output.countedOf.${o.counted}`)}</StatusTag>}
        {o.acts.includes('withdraw') && <Popconfirm title={t('output.withdrawTitle')} onConfirm={() => withdraw.mutate()}><Button size="small">{t('output.withdraw')}</Button></Popconfirm>}
        {o.acts.includes('correct') && <Button size="small" onClick={() => correct(true)}>{t('output.correct')}</Button>}
      </Space>
      <Particulars items={items} />
      {o.rivals.length > 0 && (
        <section aria-label={t('output.rivals')}>
          <h3>{t('output.rivals')}</h3>
          <Alert type="info" showIcon title={t('output.rivalsNote')} className="lh-form-problem" />
          <Revisions label={t('output.rivals')} list={o.rivals} of="platform" />
        </section>
      )}
      {o.revisions.length > 1 && (
        <section aria-label={t('output.revisions')}>
          <h3>{t('output.revisions')}</h3>
          <Revisions label={t('output.revisions')} list={o.revisions} of="revision" />
        </section>
      )}
      {o.acts.includes('decide') && <Decide figure={o} />}
      <OutputForm open={correcting} close={() => correct(false)} before={o} />
    </div>
  )
}

function Revisions({ label, list, of }: { label: string; list: Output[]; of: 'platform' | 'revision' }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  return (
    <PlainTable<Output>
      label={label} rowKey="id" dataSource={list}
      columns={[
        of === 'platform' ? { key: 'platform', title: t('page.title'), render: (_, o) => text(o.platform) } : { key: 'revision', title: t('output.revision'), render: (_, o) => <span className="lh-number">{o.revision}</span> },
        { key: 'amount', title: t('output.amount'), align: 'right', render: (_, o) => <span className="lh-number">{f.number(o.amount, 4)}</span> },
        { key: 'state', title: t('ranking.state'), render: (_, o) => <StatusTag tone={outputTone[o.state]}>{t(`output.states.${o.state}`)}</StatusTag> },
        { key: 'reason', title: t('output.reason'), responsive: ['sm'], render: (_, o) => <span className="lh-wrap">{o.reason || none}</span> },
        { key: 'at', title: t('output.reportedAt'), responsive: ['md'], render: (_, o) => <span className="lh-number">{f.time(o.reported_at)}</span> },
      ]}
    />
  )
}

interface Decision { accept: boolean; reason?: string }

/** Accepts a figure, or refuses it with the reason. */
function Decide({ figure: o }: { figure: OutputDetail }) {
  const t = usePlatformTexts()
  const change = useChange({
    run: (v: Decision) => read(api.POST('/api/platforms/output/figures/{id}/decision', { params: { path: { id: o.id }, header: ifMatch(o.version) }, body: { accept: v.accept, reason: v.reason ?? '' } })),
    refresh: [outputKey], done: t('output.decided'), quiet: true,
  })
  return (
    <EntityForm<Decision> name="decide-output" initial={{ accept: true }} submit={(v) => change.mutateAsync(v)} submitLabel={t('output.decide')}>
      <Form.Item name="accept" label={t('output.decision')}><Radio.Group options={[{ value: true, label: t('output.accept') }, { value: false, label: t('output.refuse') }]} /></Form.Item>
      <Form.Item name="reason" label={t('output.decisionReason')} extra={t('output.decisionNote')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
    </EntityForm>
  )
}
