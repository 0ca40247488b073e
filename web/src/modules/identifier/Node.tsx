import { DownloadOutlined, DownOutlined, PlusOutlined, UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Drawer, Dropdown, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { Sparkline } from '../../lib/chart/Sparkline'
import {
  api, EntityForm, Failure, Figure, Figures, ifMatch, LinkButton, Loading, none, PageHeader, PageTabs, Particulars, Problem, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, usePalette, useText,
} from '../../kernel'
import { healthTone, nodesKey, stateTone, useNode, useStatistics, useVocabulary, type NodeDetail, type State } from './data'
import { Escrow } from './Escrow'
import { HandleList } from './Handles'
import './identifier.css'
import { Seen } from './Seen'
import { inputOf, NodeFields, valuesOf, type Values } from './NodeFields'
import { NodeList } from './Nodes'
import { Operator } from './Operator'
import { Companies } from './Companies'
import { Quota } from './Quota'
import { Reports } from './Reports'
import { Tables } from './Tables'
import { useIdentifierTexts, type Translation } from './texts'
import { daysUntil, meaningOf } from './words'

/** The console of one node: its state, its identifiers, the nodes below it, and what it is. */
export default function Node() {
  const { id = '' } = useParams()
  const t = useIdentifierTexts()
  const node = useNode(id)
  if (node.error) {
    const gone = node.error instanceof Problem && (node.error.status === 404 || node.error.status === 403)
    return (
      <>
        <PageHeader title={t('node.title')} />
        <Failure problem={node.error} {...(gone ? {} : { retry: () => void node.refetch() })} />
      </>
    )
  }
  return node.data ? <Page node={node.data} /> : <Loading />
}

/** Whether identifiers of a node's prefix can be registered here, by the state that it is in. */
const takes = (n: NodeDetail) => n.hosting === 'hosted' && (n.state === 'trial' || n.state === 'in_service')

function Page({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const text = useText()
  const vocabulary = useVocabulary()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const kept = node.hosting === 'hosted' && node.role !== 'root'
  const speaks = may('identifier.apply') && (node.yours || node.transitions.length > 0) && node.state !== 'applied' && node.state !== 'refused'
  const tabs = [
    ...(node.role === 'enterprise' ? [] : [{ key: 'below', label: t('node.below'), children: <NodeList above={node.id} prefix="b." /> }]),
    ...(kept ? [{ key: 'handles', label: t('node.handles'), children: <HandleList node={node} /> }] : []),
    ...(node.state === 'applied' || node.state === 'refused' ? [] : [{ key: 'probes', label: t('events.tab'), children: <Seen node={node} /> }]),
    ...(node.role === 'secondary' && speaks ? [{ key: 'tables', label: t('tables.title'), children: <Tables node={node} /> }] : []),
    ...(node.role === 'secondary' && speaks ? [{ key: 'escrow', label: t('escrow.title'), children: <Escrow node={node} /> }] : []),
    ...(speaks ? [{ key: 'reports', label: t('reports.title'), children: <Reports node={node} /> }] : []),
    ...(speaks ? [{ key: 'operator', label: t('operator.title'), children: <Operator node={node} /> }] : []),
    ...(node.state === 'applied' || node.state === 'refused' || (node.hosting === 'alone' && node.role === 'enterprise') ? [] : [{ key: 'quota', label: t('quota.title'), children: <Quota node={node} /> }]),
    ...(node.state === 'trial' || node.state === 'in_service' ? [{ key: 'gs1', label: t('companies.title'), children: <Companies node={node} /> }] : []),
    { key: 'entry', label: t('node.entry'), children: <Entry node={node} /> },
  ]
  // Whoever reviews an application reads first what it says.
  if (node.state === 'applied' || node.state === 'refused') tabs.reverse()
  const first = tabs[0]!.key
  const active = tabs.some((x) => x.key === params.get('tab')) ? params.get('tab')! : first
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(node.name)}
        note={<><span className="lh-code">{node.prefix}</span> · {t(`role.${node.role}`)} · {text(node.operator.name)}</>}
        marks={
          <>
            <StatusTag tone={stateTone[node.state]}>{vocabulary.title('states', node.state)}</StatusTag>
            {node.health !== 'unknown' && <StatusTag tone={healthTone[node.health]}>{t('events.healthTitle')} {t(`events.health.${node.health}`)}</StatusTag>}
            {node.synthetic && <SyntheticMark />}
          </>
        }
        actions={<Actions node={node} />}
      />
      <Standing node={node} />
      <Head node={node} />
      <Card size="small">
        <PageTabs label={t('node.title')} active={active} change={(tab) => setParams(tab === first ? {} : { tab }, { replace: true })} items={tabs} />
      </Card>
    </div>
  )
}

/** What keeps the node from being as it should, and who acts next. */
function Standing({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const vocabulary = useVocabulary()
  if (node.state === 'applied') {
    const decides = node.transitions.length > 0
    return <Alert type="info" showIcon title={t(decides ? 'node.decide' : 'node.waiting')} />
  }
  if (node.state === 'refused' || node.state === 'suspended' || node.state === 'revoked') {
    const reason = node.reason ? t('node.because', { reason: node.reason }) : ''
    return <Alert type="warning" showIcon title={`${vocabulary.title('states', node.state)}${reason}`} description={t(`node.${node.state}Note`)} />
  }
  if (!node.site) return <Alert type="warning" showIcon title={t('node.closed')} />
  return null
}

function Head({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const date = node.valid_until
  const left = date ? daysUntil(date) : 0
  return (
    <Figures>
      {node.hosting === 'hosted' && <Figure label={t('node.count')} value={f.number(node.identifiers)} note={node.role === 'root' ? t('node.countPrefixes') : undefined} />}
      {node.role !== 'enterprise' && <Figure label={t(node.role === 'root' ? 'role.secondary' : 'role.enterprise')} value={f.number(node.below)} />}
      {node.hosting === 'hosted' && <Asked node={node} />}
      <Figure label={t('field.hosting')} value={t(`hosting.${node.hosting}`)} />
      <Figure label={t('field.until')} value={f.date(date)} note={date ? t(left < 0 ? 'node.over' : 'node.left', { count: f.number(Math.abs(left)) }) : undefined} />
    </Figures>
  )
}

/** How often the node was asked within thirty days, with a small curve. */
function Asked({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const { data } = useStatistics({ node: node.id })
  const colour = usePalette().series[0]!
  if (!data) return <Figure label={t('statistics.ofNode')} value={none} />
  const total = data.totals.find((x) => x.kind === 'resolution')?.requests ?? 0
  const curve = <Sparkline points={data.days.map((d) => [d.at, d.resolutions])} colour={colour} label={t('statistics.ofNode')} width={120} />
  return <Figure label={t('statistics.ofNode')} value={f.number(total)} note={<>{total > 0 && <>{curve}<br /></>}<Link to={`/identifier/statistics?node=${node.id}&alone=1`}>{t('statistics.more')}</Link></>} />
}

function Actions({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const [params, setParams] = useSearchParams()
  const register = () => setParams({ ...Object.fromEntries(params), tab: 'handles', open: 'new' })
  return (
    <>
      {node.yours && may('identifier.register') && takes(node) && node.role !== 'root' && <Button type={node.role === 'enterprise' ? 'primary' : 'default'} icon={<PlusOutlined />} onClick={register}>{t('handle.register')}</Button>}
      {node.yours && may('identifier.register') && takes(node) && node.role !== 'root' && <LinkButton to={`/identifier/imports?node=${node.id}`} icon={<UploadOutlined />}>{t('handle.importFile')}</LinkButton>}
      {node.role !== 'enterprise' && may('identifier.apply') && (node.state === 'trial' || node.state === 'in_service') && (
        <LinkButton to={`/identifier/nodes/new?role=${node.role === 'root' ? 'secondary' : 'enterprise'}&above=${node.id}`} icon={<PlusOutlined />}>{t(node.transitions.length > 0 || node.yours ? 'node.foundBelow' : 'nodes.apply')}</LinkButton>
      )}
      {node.transitions.length > 0 && <Move node={node} />}
      {node.yours && may('identifier.apply') && <Button onClick={() => setEditing(true)}>{t('node.edit')}</Button>}
      {node.site && <Button icon={<DownloadOutlined />} href={`/api/identifier/nodes/${node.id}/siteinfo.json`} download="siteinfo.json">siteinfo.json</Button>}
      {node.role === 'root' && node.signs && <Button icon={<DownloadOutlined />} href={`/api/identifier/nodes/${node.id}/trust.json`} download="trust.json">trust.json</Button>}
      <Edit node={node} open={editing} close={() => setEditing(false)} />
    </>
  )
}

function Edit({ node, open, close }: { node: NodeDetail; open: boolean; close: () => void }) {
  const t = useIdentifierTexts()
  const decides = node.transitions.length > 0
  const contract = !decides && node.valid_until ? { valid_until: node.valid_until } : {}
  const change = useChange({
    run: (values: Values) => read(api.PUT('/api/identifier/nodes/{id}', { params: { path: { id: node.id }, header: ifMatch(node.version) }, body: { ...inputOf(values), ...contract } })),
    refresh: [nodesKey],
    done: t('node.saved'),
    after: close,
    quiet: true,
  })
  return (
    <Drawer open={open} onClose={close} size={720} title={t('node.edit')} destroyOnHidden>
      <EntityForm<Values> initial={valuesOf(node)} submit={(values) => change.mutateAsync(values)} cancel={close} wide>
        <NodeFields contract={decides} />
      </EntityForm>
    </Drawer>
  )
}

function Move({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const vocabulary = useVocabulary()
  const [to, setTo] = useState<Exclude<State, 'applied'> | null>(null)
  const change = useChange({
    run: (reason: string) => read(api.POST('/api/identifier/nodes/{id}/state', { params: { path: { id: node.id }, header: ifMatch(node.version) }, body: { to: to!, reason } })),
    refresh: [nodesKey],
    done: t('node.moved'),
    after: () => setTo(null),
    quiet: true,
  })
  const needsReason = to === 'refused' || to === 'suspended' || to === 'revoked'
  const label = (s: string) => t(`move.${s as Exclude<State, 'applied'>}`, { state: vocabulary.title('states', s) })
  const items = node.transitions.map((s) => ({ key: s, label: label(s), danger: s === 'revoked' || s === 'refused' }))
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => setTo(key as Exclude<State, 'applied'>) }}>
        <Button {...(node.state === 'applied' ? { type: 'primary' as const } : {})}>
          {t(node.state === 'applied' ? 'node.review' : 'node.move')} <DownOutlined aria-hidden />
        </Button>
      </Dropdown>
      <Modal open={to !== null} title={to && label(to)} footer={null} onCancel={() => setTo(null)} destroyOnHidden>
        {to && <p>{t(`moveNote.${to}`, { prefix: node.prefix })}</p>}
        <EntityForm<{ reason?: string }> submit={({ reason }) => change.mutateAsync(reason?.trim() ?? '')} submitLabel={to ? label(to) : t('node.move')} cancel={() => setTo(null)} name="move">
          <Form.Item name="reason" label={t('field.reason')} rules={needsReason ? [{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }] : []}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
          </Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}

/** What a node signs its identifiers with, and whether anybody vouches for its key. */
function signs(node: NodeDetail, t: Translation) {
  const kind = t(`signs.${node.signs || (node.signing_key ? 'own' : 'none')}`)
  return (node.signs || node.signing_key) && node.role !== 'root' && !node.certificate ? `${kind} · ${t('node.uncertified')}` : kind
}

function Entry({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const above = useNode(node.above_id)
  const { contact } = node
  const site = meaningOf('HS_SITE', node.site)
  const items = [
    { key: 'prefix', label: t('field.prefix'), children: <span className="lh-code">{node.prefix}</span> },
    ...(node.above_id ? [{ key: 'above', label: t('field.above'), children: above.data ? <Link to={`/identifier/nodes/${node.above_id}`}>{above.data.prefix} {text(above.data.name)}</Link> : none }] : []),
    { key: 'operator', label: t('field.operator'), children: text(node.operator.name) },
    { key: 'industry', label: t('field.industry'), children: node.industry ? vocabulary.title('industries', node.industry) : t('field.crossIndustry') },
    { key: 'district', label: t('field.district'), children: node.district ? vocabulary.title('districts', node.district) : none },
    { key: 'contact', label: t('field.contact'), children: [contact.name, contact.phone, contact.email].filter(Boolean).join(' · ') || none },
    { key: 'hosting', label: t('field.hosting'), children: `${t(`hosting.${node.hosting}`)}${node.hosting === 'hosted' ? ` · ${t('field.door')} ${node.door}` : ''}` },
    { key: 'site', label: t('field.site'), children: site.kind === 'site' ? <span className="lh-two"><span>{t('value.site', { serial: site.serial })}</span><ul className="lh-plain lh-code">{site.doors.map((d) => <li key={d}>{d.toUpperCase()}</li>)}</ul></span> : node.site || none },
    { key: 'key', label: t('field.publicKey'), children: t(node.has_key ? 'node.hasKey' : 'node.hasNoKey') },
    { key: 'signs', label: t('field.signs'), children: signs(node, t) },
    ...(node.certificate ? [{ key: 'certificate', label: t('field.certificate'), children: t('node.certified', { issuer: node.certificate.issuer, until: f.date(node.certificate.until) }) }] : []),
    { key: 'until', label: t('field.until'), children: f.date(node.valid_until) },
    { key: 'created', label: t('field.created'), children: f.time(node.created_at) },
  ]
  return <Particulars items={items} />
}
