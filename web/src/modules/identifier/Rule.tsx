import { useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { Alert, Button, Card } from 'antd'
import { api, Confirm, Failure, ifMatch, LinkButton, Loading, PageHeader, Particulars, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { rulesKey, useRule, type CodeRule, type RuleValues } from './codes'
import { Batches } from './Batches'
import { Composition } from './Composition'
import { useTemplate } from './data'
import { RuleForm } from './RuleForm'
import { useIdentifierTexts } from './texts'

/** One code rule: what it is composed of, editing until its first number, and the codes that it makes. */
export default function Rule() {
  const { id = '' } = useParams()
  const t = useIdentifierTexts()
  const [params] = useSearchParams()
  const fresh = id === 'new'
  const one = useRule(fresh ? (params.get('of') ?? '') : id)
  if (one.error) return <><PageHeader title={t('rules.title')} /><Failure problem={one.error} retry={() => void one.refetch()} /></>
  if (fresh && !params.has('of')) return <Making />
  if (!one.data) return <Loading />
  return fresh ? <Making of={one.data} /> : <Shown key={one.data.id} rule={one.data} />
}

function Making({ of }: { of?: CodeRule }) {
  const t = useIdentifierTexts()
  const go = useNavigate()
  const make = useChange({
    run: ({ node, values }: { node: string; values: RuleValues }) => read(api.POST('/api/identifier/nodes/{id}/rules', { params: { path: { id: node } }, body: values })),
    refresh: [rulesKey],
    done: t('rules.saved'),
    after: (made) => void go(`/identifier/rules/${made.id}`),
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <PageHeader title={t('rules.make')} note={t('rules.makeNote')} />
      <Card size="small"><RuleForm {...(of ? { rule: of } : {})} fixed={false} submit={(node, values) => make.mutateAsync({ node, values })} cancel={() => void go('/identifier/rules')} /></Card>
    </div>
  )
}

function Shown({ rule }: { rule: CodeRule }) {
  const t = useIdentifierTexts()
  const text = useText()
  const [editing, setEditing] = useState(false)
  const save = useChange({
    run: (values: RuleValues) => read(api.PUT('/api/identifier/rules/{id}', { params: { path: { id: rule.id }, header: ifMatch(rule.revision) }, body: values })),
    refresh: [rulesKey],
    done: t('rules.saved'),
    after: () => setEditing(false),
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(rule.name)}
        note={<Link className="lh-code" to={`/identifier/nodes/${rule.node_id}`}>{rule.prefix}</Link>}
        marks={<StatusTag tone={rule.stopped ? 'idle' : 'good'}>{t(rule.stopped ? 'rules.stopped' : 'rules.inUse')}</StatusTag>}
        actions={editing ? undefined : <Actions rule={rule} edit={() => setEditing(true)} />}
      />
      <Card size="small">{editing ? <RuleForm rule={rule} fixed submit={(_, values) => save.mutateAsync(values)} cancel={() => setEditing(false)} /> : <Entry rule={rule} />}</Card>
      {!editing && <Batches rule={rule} />}
    </div>
  )
}

function Actions({ rule, edit }: { rule: CodeRule; edit: () => void }) {
  const t = useIdentifierTexts()
  const may = useMay()
  const stop = useChange({ run: (stopped: boolean) => read(api.POST('/api/identifier/rules/{id}/stop', { params: { path: { id: rule.id } }, body: { stopped } })), refresh: [rulesKey], quiet: true })
  if (!may('identifier.template')) return null
  return (
    <>
      {rule.given === 0 && <Button onClick={edit}>{t('node.edit')}</Button>}
      <LinkButton to={`/identifier/rules/new?of=${rule.id}`}>{t('rules.copy')}</LinkButton>
      {rule.stopped
        ? <Button loading={stop.isPending} onClick={() => stop.mutate(false)}>{t('template.again')}</Button>
        : <Confirm title={t('rules.stopTitle')} note={t('rules.stopNote')} label={t('rules.stop')} run={() => stop.mutateAsync(true)} />}
    </>
  )
}

function Entry({ rule }: { rule: CodeRule }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const text = useText()
  const template = useTemplate(rule.template_id)
  return (
    <div className="lh-stack">
      <Composition rule={rule.rule} />
      <Particulars
        items={[
          { key: 'template', label: t('template.one'), children: rule.template_id ? template.data && <Link to={`/identifier/templates/${rule.template_id}`}>{text(template.data.name)} {template.data.code}:{template.data.version}</Link> : t('template.noOne') },
          { key: 'daily', label: t('rules.serials'), children: t(rule.rule.daily ? 'rules.byDate' : 'rules.through') },
          { key: 'given', label: t('rules.given'), children: f.number(rule.given) },
          { key: 'made', label: t('rules.made'), children: f.time(rule.created_at) },
        ]}
      />
      {rule.given > 0 && <Alert type="info" showIcon title={t('rules.settled')} />}
    </div>
  )
}
