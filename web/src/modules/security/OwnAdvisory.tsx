import { DownloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Input } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat } from '../../kernel'
import { OwnAdvisoryForm } from './OwnAdvisoryForm'
import { ownKey, ownTone, useOwnTexts, type OwnDetail, type OwnDraft } from './ownTexts'

type Revision = OwnDetail['revisions'][number]
type Hole = OwnDraft['vulnerabilities'][number]

/** One advisory of the city's own: what it says, whether it may be published, and what was. */
export default function OwnAdvisory() {
  const { id = '' } = useParams()
  const { data, error, refetch } = useQuery({ queryKey: [...ownKey, id], queryFn: () => read(api.GET('/api/security/own-advisories/{id}', { params: { path: { id } } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  return data ? <Page advisory={data} /> : <Loading />
}

function Page({ advisory: a }: { advisory: OwnDetail }) {
  const t = useOwnTexts()
  return (
    <div className="lh-stack">
      <PageHeader title={a.title} note={a.number} marks={<><StatusTag tone={ownTone[a.state]}>{t(`own.states.${a.state}`)}</StatusTag><StatusTag tone="idle">TLP:{a.tlp}</StatusTag></>} actions={<Acts advisory={a} />} />
      {a.reason && <Alert type="warning" showIcon title={`${t('own.returned')} ${a.reason}`} />}
      {a.state !== 'published' && <Tests advisory={a} />}
      <div className="lh-main-side">
        <Card size="small" title={t('own.field.summary')}><p className="lh-comment-text">{a.draft.summary || none}</p>{a.public && <p className="lh-wrap">{t('own.public')}: <a href={a.public}>{a.public}</a></p>}</Card>
        <About advisory={a} />
      </div>
      <Products draft={a.draft} />
      <Holes draft={a.draft} />
      {a.revisions.length > 0 && <Revisions advisory={a} />}
    </div>
  )
}

function Tests({ advisory: a }: { advisory: OwnDetail }) {
  const t = useOwnTexts()
  if (a.missing.length > 0) return <Alert type="info" showIcon title={t('own.missing')} description={<ul className="lh-faults">{a.missing.map((m) => <li key={m}>{m}</li>)}</ul>} />
  if (a.failings.length > 0) return <Alert type="error" showIcon title={t('own.failing')} description={<ul className="lh-faults">{a.failings.map((f, i) => <li key={i}>{f.test} {f.title}: {f.what}</li>)}</ul>} />
  return <Alert type="success" showIcon title={t('own.passed')} />
}

function Acts({ advisory: a }: { advisory: OwnDetail }) {
  const t = useOwnTexts()
  const [open, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const at = { params: { path: { id: a.id }, header: ifMatch(a.version) } }
  const act = (run: () => Promise<unknown>) => ({ run, refresh: [ownKey], done: t('own.done'), quiet: true, after: () => setReason('') })
  const submit = useChange(act(() => read(api.POST('/api/security/own-advisories/{id}/submission', at))))
  const giveBack = useChange(act(() => read(api.POST('/api/security/own-advisories/{id}/return', { ...at, body: { reason } }))))
  const publish = useChange(act(() => read(api.POST('/api/security/own-advisories/{id}/publication', at))))
  const revise = useChange(act(() => read(api.POST('/api/security/own-advisories/{id}/revision', at))))
  const edit = useChange<OwnDraft, unknown>({ run: (body) => read(api.PUT('/api/security/own-advisories/{id}', { ...at, body })), refresh: [ownKey], done: t('own.saved'), quiet: true, after: () => setOpen(false) })
  const may = (name: string) => a.acts.includes(name)
  return (
    <>
      {a.missing.length === 0 && <Button icon={<DownloadOutlined />} href={`/api/security/own-advisories/${a.id}/document`} download>{t('own.document')}</Button>}
      {may('edit') && <Button onClick={() => setOpen(true)}>{t('own.edit')}</Button>}
      {may('submit') && <Confirm title={t('own.submit')} note={<p>{t('own.submitNote')}</p>} label={t('own.submit')} danger={false} button={{ type: 'primary' }} run={() => submit.mutateAsync()} />}
      {may('return') && <Confirm title={t('own.return')} label={t('own.return')} danger={false} disabled={reason.trim() === ''} run={() => giveBack.mutateAsync()}><Input.TextArea aria-label={t('own.reason')} placeholder={t('own.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} /></Confirm>}
      {may('publish') && <Confirm title={t('own.publish')} note={<p>{t('own.publishNote')}</p>} label={t('own.publish')} danger={false} button={{ type: 'primary' }} run={() => publish.mutateAsync()} />}
      {may('revise') && <Confirm title={t('own.revise')} note={<p>{t('own.reviseNote')}</p>} label={t('own.revise')} danger={false} run={() => revise.mutateAsync()} />}
      <Drawer title={t('own.edit')} open={open} onClose={() => setOpen(false)} size="large" destroyOnHidden><OwnAdvisoryForm initial={a.draft} submit={(v) => edit.mutateAsync(v)} cancel={() => setOpen(false)} /></Drawer>
    </>
  )
}

function About({ advisory: a }: { advisory: OwnDetail }) {
  const t = useOwnTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('own.number')}>
      <Particulars
        items={[
          { key: 'number', label: t('own.number'), children: <span className="lh-code">{a.number}</span> },
          { key: 'revision', label: t('own.field.revision'), children: a.revision },
          { key: 'revised', label: t('own.field.revised'), children: <span className="lh-number">{f.time(a.revised_at)}</span> },
          { key: 'author', label: t('own.field.author'), children: a.author },
          { key: 'change', label: t('own.field.change'), children: a.draft.change || none },
        ]}
      />
    </Card>
  )
}

function Products({ draft }: { draft: OwnDraft }) {
  const t = useOwnTexts()
  return (
    <Card size="small" title={t('own.field.products')}>
      <PlainTable<OwnDraft['products'][number] & { key: number }>
        label={t('own.field.products')} rowKey={(p) => String(p.key)} dataSource={draft.products.map((p, key) => ({ ...p, key }))}
        columns={[
          { title: t('own.field.vendor'), render: (_, p) => <span className="lh-wrap">{p.vendor}</span> },
          { title: t('own.field.product'), render: (_, p) => <span className="lh-wrap">{p.product}</span> },
          { title: t('own.field.version'), render: (_, p) => <span className="lh-code lh-wrap">{p.version}</span> },
        ]}
      />
    </Card>
  )
}

function Holes({ draft }: { draft: OwnDraft }) {
  const t = useOwnTexts()
  const name = (i: number) => [draft.products[i]?.product, draft.products[i]?.version].filter(Boolean).join(' ')
  return (
    <Card size="small" title={t('own.field.vulnerabilities')}>
      <PlainTable<Hole & { key: number }>
        label={t('own.field.vulnerabilities')} rowKey={(h) => String(h.key)} dataSource={draft.vulnerabilities.map((h, key) => ({ ...h, key }))}
        columns={[
          { title: t('own.field.holeTitle'), render: (_, h) => <span className="lh-two lh-wrap"><span>{h.title}</span><span className="lh-code">{h.cve || none}</span></span> },
          { title: t('own.field.products'), render: (_, h) => <div className="lh-wrap">{h.statuses.map((s) => <div key={s.product}>{name(s.product)}: {t(`own.status.${s.status}`)}</div>)}</div> },
          { title: t('own.field.remedies'), responsive: ['md'], render: (_, h) => <div className="lh-wrap">{h.remedies.map((r, i) => <div key={i}>{t(`own.remedy.${r.category}`)}: {r.details}</div>)}</div> },
        ]}
      />
    </Card>
  )
}

function Revisions({ advisory: a }: { advisory: OwnDetail }) {
  const t = useOwnTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('own.revisions')}>
      <PlainTable<Revision>
        label={t('own.revisions')} rowKey={(r) => String(r.number)} dataSource={a.revisions}
        columns={[
          { title: t('own.field.revision'), render: (_, r) => <a href={`/api/security/own-advisories/${a.id}/document?revision=${r.number}`} download>{t('own.revisionOf', { n: r.number })}</a> },
          { title: t('own.field.revised'), render: (_, r) => <span className="lh-number">{f.time(r.at)}</span> },
          { title: t('own.field.change'), render: (_, r) => <span className="lh-two lh-wrap"><span>{r.change}</span><span className="lh-muted">{t('own.by', { author: r.author, publisher: r.publisher })}</span></span> },
          { title: t('own.field.tlp'), render: (_, r) => <span className="lh-code">{r.tlp}</span> },
        ]}
      />
    </Card>
  )
}
