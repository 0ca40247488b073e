import { PlusOutlined } from '@ant-design/icons'
import { Card, Segmented } from 'antd'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import {
  DataTable, EmptyState, Failure, Figure, Figures, LinkButton, none, PageHeader, StatusTag, SyntheticMark, useFormat, useLive, useMay, useText, type Column, type Filter,
} from '../../kernel'
import { healthTone, nodesKey, stateTone, topics, useFounds, useNodes, useVocabulary, type NodeRow } from './data'
import { Districts } from './Districts'
import './identifier.css'
import { useIdentifierTexts } from './texts'
import { Tree } from './Tree'

type View = 'tree' | 'map' | 'list'

/** All nodes, live: as the tree that they are, on the map, or as a list. */
export default function Nodes() {
  const t = useIdentifierTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const listed = params.get('view') === 'list' || ['q', 'role', 'state', 'industry', 'district', 'sort', 'cursor'].some((name) => params.get(name))
  const view: View = params.get('view') === 'map' ? 'map' : listed ? 'list' : 'tree'
  useLive(topics.nodes, nodesKey)
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('nodes.title')}
        note={t('nodes.note')}
        actions={
          <>
            <Segmented<View>
              value={view}
              options={[{ value: 'tree', label: t('nodes.asTree') }, { value: 'map', label: t('nodes.asMap') }, { value: 'list', label: t('nodes.asList') }]}
              onChange={(next) => setParams(next === 'tree' ? {} : { view: next })}
            />
            {may('identifier.apply') && <NewButton />}
          </>
        }
      />
      <Summary />
      {view === 'list' && <NodeList empty={<Nothing />} />}
      {view === 'map' && <Districts />}
      {view === 'tree' && <Card size="small"><Tree empty={<Nothing />} /></Card>}
    </div>
  )
}

function NewButton() {
  const t = useIdentifierTexts()
  const founds = useFounds()
  return <LinkButton to="/identifier/nodes/new" type="primary" icon={<PlusOutlined />}>{t(founds ? 'nodes.found' : 'nodes.apply')}</LinkButton>
}

/** Nobody has a node yet: whoever can begins with a root, the others are told whom to ask. */
function Nothing() {
  const t = useIdentifierTexts()
  const founds = useFounds()
  const action = founds && <LinkButton to="/identifier/nodes/new?role=root" type="primary" icon={<PlusOutlined />}>{t('nodes.foundRoot')}</LinkButton>
  return <EmptyState title={t('nodes.none')} note={t(founds ? 'nodes.noneNote' : 'nodes.noneView')} action={action} />
}

function Summary() {
  const t = useIdentifierTexts()
  const f = useFormat()
  const counts = [useNodes({ role: 'root', limit: 1 }), useNodes({ role: 'secondary', limit: 1 }), useNodes({ role: 'enterprise', limit: 1 }), useNodes({ state: 'applied', limit: 1 }), useNodes({ state: 'suspended', limit: 1 })]
  const failed = counts.find((c) => c.error)
  if (failed) return <Failure problem={failed.error} retry={() => void failed.refetch()} />
  const [roots, secondaries, enterprises, applied, suspended] = counts.map((c) => (c.data ? f.number(c.data.total) : none))
  const to = (query: string, value: string | undefined) => (value === none || value === '0' ? value : <Link to={`/identifier/nodes?${query}`}>{value}</Link>)
  return (
    <Figures>
      <Figure label={t('role.root')} value={to('role=root', roots)} />
      <Figure label={t('role.secondary')} value={to('role=secondary', secondaries)} />
      <Figure label={t('role.enterprise')} value={to('role=enterprise', enterprises)} />
      <Figure label={t('nodes.waiting')} value={to('state=applied', applied)} />
      <Figure label={t('nodes.suspended')} value={to('state=suspended', suspended)} />
    </Figures>
  )
}

/** The nodes as a table; below a node, those that it allocates to. */
export function NodeList({ above, prefix, empty }: { above?: string; prefix?: string; empty?: ReactNode }) {
  const t = useIdentifierTexts()
  const vocabulary = useVocabulary()
  const columns = useColumns()
  const filters: Filter[] = [
    ...(above ? [] : [{ name: 'role', label: t('field.role'), options: vocabulary.options('roles') }]),
    { name: 'state', label: t('field.state'), options: vocabulary.options('states') },
    { name: 'industry', label: t('field.industry'), options: vocabulary.options('industries') },
    { name: 'district', label: t('field.district'), options: vocabulary.options('districts') },
  ]
  return (
    <DataTable<NodeRow>
      url="/api/identifier/nodes"
      queryKey={nodesKey}
      label={t(above ? 'node.below' : 'nodes.title')}
      rowKey={(n) => n.id}
      columns={columns}
      filters={filters}
      search={t('nodes.search')}
      exports
      {...(above ? { fixed: { above }, views: '' } : {})}
      {...(prefix ? { prefix } : {})}
      {...(empty ? { empty } : {})}
    />
  )
}

function useColumns(): Column<NodeRow>[] {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return [
    { key: 'prefix', title: t('field.prefix'), sort: 'prefix', render: (n) => <span className="lh-code">{n.prefix}</span> },
    {
      key: 'name', title: t('field.name'), sort: 'name',
      render: (n) => (
        <span className="lh-two">
          <span><Link to={`/identifier/nodes/${n.id}`}>{text(n.name)}</Link> {n.synthetic && <SyntheticMark />}</span>
          <span>{text(n.operator.name)}</span>
        </span>
      ),
    },
    { key: 'role', title: t('field.role'), sort: 'role', from: 'sm', render: (n) => vocabulary.title('roles', n.role) },
    { key: 'state', title: t('field.state'), sort: 'state', render: (n) => <StatusTag tone={stateTone[n.state]}>{vocabulary.title('states', n.state)}</StatusTag> },
    { key: 'health', title: t('events.healthTitle'), from: 'lg', render: (n) => <StatusTag tone={healthTone[n.health]}>{t(`events.health.${n.health}`)}</StatusTag> },
    { key: 'hosting', title: t('field.hosting'), from: 'lg', render: (n) => t(`hosting.${n.hosting}`) },
    { key: 'below', title: t('field.below'), align: 'right', from: 'md', render: (n) => <span className="lh-number">{n.role === 'enterprise' ? none : f.number(n.below)}</span> },
    { key: 'industry', title: t('field.industry'), from: 'xl', render: (n) => <span className="lh-clip" title={vocabulary.title('industries', n.industry)}>{n.industry ? vocabulary.title('industries', n.industry) : none}</span> },
    { key: 'district', title: t('field.district'), sort: 'district', from: 'md', render: (n) => (n.district ? vocabulary.title('districts', n.district) : none) },
    { key: 'until', title: t('field.until'), sort: 'valid_until', from: 'lg', render: (n) => <span className="lh-number">{f.date(n.valid_until)}</span> },
  ]
}
