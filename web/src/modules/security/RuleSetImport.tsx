import { InboxOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Form, Input, Upload } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, Failure, Figure, Figures, LinkButton, Loading, PageHeader, PlainTable, Problem, problemText, read, request, StatusTag, useFormat, useText } from '../../kernel'
import { ruleSetKey, useRuleSetTexts, type RuleFinding, type RuleSetDetail, type RuleUpload } from './ruleSetTexts'

/** Brings rules from a file: first all findings are told, then it is taken, whole or the sound ones. */
export default function RuleSetImport() {
  const t = useRuleSetTexts()
  const set = useSearchParams()[0].get('set') ?? ''
  const { data, error, refetch } = useQuery({ queryKey: [...ruleSetKey, 'one', set], enabled: set !== '', queryFn: () => read(api.GET('/api/security/rule-sets/{id}', { params: { path: { id: set } } })) })
  if (error) return <><PageHeader title={t('ruleset.import')} /><Failure problem={error} retry={() => void refetch()} /></>
  if (set !== '' && !data) return <Loading />
  return <Page follows={data} />
}

function Page({ follows }: { follows: RuleSetDetail | undefined }) {
  const t = useRuleSetTexts()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [note, setNote] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<RuleUpload | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (what: File, path: string, more: Record<string, string> = {}) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(what)
    const query = new URLSearchParams({ name: what.name, note: note.trim(), ...(follows ? { set: follows.id, revision: String(follows.revision) } : { title: name.trim() }), ...more })
    try {
      const got = await request<RuleUpload>(`${path}?${query}`, { method: 'POST', body: what, headers: { 'Content-Type': 'application/octet-stream' } })
      setOutcome(got)
      if (got.done) void queries.invalidateQueries({ queryKey: ruleSetKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  const ready = follows !== undefined || name.trim() !== ''
  return (
    <div className="lh-stack">
      <PageHeader title={t(follows ? 'ruleset.revise' : 'ruleset.import')} note={follows ? `${follows.name} · ${t('ruleset.reviseNote')}` : t('ruleset.emptyNote')} />
      <Card>
        <Form layout="vertical">
          {!follows && <Form.Item label={t('ruleset.name')} extra={t('ruleset.nameNote')} htmlFor="ruleset-name" required><Input id="ruleset-name" maxLength={100} value={name} onChange={(e) => setName(e.target.value)} /></Form.Item>}
          <Form.Item label={t('ruleset.remark')} htmlFor="ruleset-note"><Input id="ruleset-note" maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} /></Form.Item>
        </Form>
        <Upload.Dragger accept=".yml,.yaml,.zip" maxCount={1} showUploadList={false} disabled={busy || !ready} beforeUpload={(chosen) => { void send(chosen, '/api/security/rule-sets/preview'); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{t(busy ? 'ruleset.busy' : ready ? 'ruleset.drop' : 'ruleset.dropFirst')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome && <Result outcome={outcome} busy={busy} name={file?.name ?? ''} take={(sound) => { if (file) void send(file, '/api/security/rule-sets', sound ? { sound: 'true' } : {}) }} />}
      </div>
    </div>
  )
}

function Result({ outcome: o, busy, name, take }: { outcome: RuleUpload; busy: boolean; name: string; take: (sound: boolean) => void }) {
  const t = useRuleSetTexts()
  const f = useFormat()
  if (o.done) return <Alert type="success" showIcon title={t('ruleset.done')} action={<LinkButton size="small" to={`/security/rule-sets/${o.id ?? ''}`}>{t('ruleset.toSet')}</LinkButton>} />
  return (
    <Card size="small" title={name}>
      <div className="lh-stack">
        <Figures>
          <Figure label={t('ruleset.check.sound')} value={f.number(o.rules, 0)} />
          <Figure label={t('ruleset.check.refused')} value={f.number(o.refused, 0)} />
          <Figure label={t('ruleset.check.silent')} value={f.number(o.silent, 0)} />
          {(['added', 'changed', 'removed', 'same'] as const).map((x) => <Figure key={x} label={t(`ruleset.check.${x}`)} value={f.number(o[x], 0)} />)}
        </Figures>
        {o.refused > 0 && <Alert type="warning" showIcon title={t('ruleset.mend')} />}
        {o.findings.length === 0 ? <Alert type="success" showIcon title={t('ruleset.check.fine')} /> : <RuleFindings list={o.findings} />}
        <div><Button type="primary" loading={busy} disabled={o.rules === 0} onClick={() => take(o.refused > 0)}>{t(o.refused > 0 ? 'ruleset.takeSound' : 'ruleset.take', { n: o.rules })}</Button></div>
      </div>
    </Card>
  )
}

/** What was found in files of rules, with where it stands and how to mend it. */
export function RuleFindings({ list }: { list: RuleFinding[] }) {
  const t = useRuleSetTexts()
  const text = useText()
  return (
    <>
      <PlainTable<RuleFinding & { n: number }>
        label={t('ruleset.check.findings')} rowKey={(x) => x.n} dataSource={list.map((x, n) => ({ ...x, n }))} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('ruleset.check.place'), render: (_, x) => <span className="lh-two lh-break"><span className="lh-code">{x.file}{x.line > 0 && `:${x.line}`}</span><span>{x.rule}</span><span><StatusTag tone={x.kind === 'refused' ? 'bad' : 'warn'}>{t(`ruleset.kinds.${x.kind}`)}</StatusTag></span></span> },
          { title: t('ruleset.check.what'), render: (_, x) => <span className="lh-two lh-prose lh-break"><span>{text(x.what)}</span>{x.part && <span className="lh-code">{x.part}</span>}{text(x.mend) && <span className="lh-muted">{text(x.mend)}</span>}</span> },
        ]}
      />
      {list.length >= 500 && <span className="lh-muted">{t('ruleset.check.more')}</span>}
    </>
  )
}
