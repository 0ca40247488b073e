import { DownOutlined, RightOutlined } from '@ant-design/icons'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { Failure, Loading, StatusTag, SyntheticMark, useFormat, useText } from '../../kernel'
import { stateTone, useNodes, useVocabulary, type NodeRow } from './data'
import { useIdentifierTexts } from './texts'

/** At most so many nodes stand below one in the tree; the list has all. */
const shown = 100

/** The nodes from the roots down. Enterprises are read when their secondary node is opened. */
export function Tree({ empty }: { empty: ReactNode }) {
  const t = useIdentifierTexts()
  const roots = useNodes({ role: 'root', limit: shown })
  const secondaries = useNodes({ role: 'secondary', limit: 500 })
  const failed = roots.error ?? secondaries.error
  if (failed) return <Failure problem={failed} retry={() => { void roots.refetch(); void secondaries.refetch() }} />
  if (!roots.data || !secondaries.data) return <Loading rows={4} />
  const below = (root: NodeRow) => secondaries.data.items.filter((n) => n.above_id === root.id)
  const known = new Set(roots.data.items.map((n) => n.id))
  const alone = secondaries.data.items.filter((n) => !known.has(n.above_id))
  if (roots.data.items.length + alone.length === 0) return empty
  return (
    <ul className="lh-tree" aria-label={t('nodes.title')}>
      {roots.data.items.map((root) => (
        <Branch key={root.id} node={root} count={below(root).length} open>
          {() => below(root).map((n) => <Secondary key={n.id} node={n} open={secondaries.data.items.length <= 3} />)}
        </Branch>
      ))}
      {alone.map((n) => <Secondary key={n.id} node={n} open={alone.length <= 3} />)}
    </ul>
  )
}

function Secondary({ node, open }: { node: NodeRow; open: boolean }) {
  return <Branch node={node} count={node.below} open={open}>{() => <Enterprises node={node} />}</Branch>
}

interface BranchProps {
  node: NodeRow
  count: number
  open: boolean
  children: () => ReactNode
}

/** A node with what is below it, which can be folded. */
function Branch({ node, count, open, children }: BranchProps) {
  const t = useIdentifierTexts()
  const text = useText()
  const [unfolded, setUnfolded] = useState(open)
  return (
    <li>
      <div className="lh-tree-row">
        <button type="button" className="lh-tree-fold" aria-expanded={unfolded} aria-label={t('nodes.fold', { name: text(node.name) })} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? <DownOutlined aria-hidden /> : <RightOutlined aria-hidden />}
        </button>
        <Row node={node} count={count} />
      </div>
      {unfolded && <ul>{children()}</ul>}
    </li>
  )
}

function Row({ node, count }: { node: NodeRow; count?: number }) {
  const t = useIdentifierTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return (
    <span className="lh-tree-node">
      <span className="lh-code lh-tree-prefix">{node.prefix}</span>
      <Link to={`/identifier/nodes/${node.id}`} className="lh-tree-name">{text(node.name)}</Link>
      {node.synthetic && <SyntheticMark />}
      {node.health === 'down' && <StatusTag tone="bad">{t('events.health.down')}</StatusTag>}
      <StatusTag tone={stateTone[node.state]}>{vocabulary.title('states', node.state)}</StatusTag>
      <span className="lh-muted">
        {t(`role.${node.role}`)} · {t(`hosting.${node.hosting}`)}
        {count !== undefined && ` · ${t(node.role === 'root' ? 'nodes.secondaries' : 'nodes.enterprises', { count: f.number(count) })}`}
      </span>
    </span>
  )
}

function Enterprises({ node }: { node: NodeRow }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const list = useNodes({ above: node.id, limit: shown })
  if (list.error) return <li><Failure problem={list.error} retry={() => void list.refetch()} /></li>
  if (!list.data) return <li><Loading rows={2} /></li>
  const more = list.data.total - list.data.items.length
  return (
    <>
      {list.data.items.map((n) => <li key={n.id}><div className="lh-tree-row lh-tree-leaf"><Row node={n} /></div></li>)}
      {list.data.items.length === 0 && <li><div className="lh-tree-row lh-tree-leaf lh-muted">{t('nodes.noEnterprises')}</div></li>}
      {more > 0 && <li><div className="lh-tree-row lh-tree-leaf"><Link to={`/identifier/nodes/${node.id}?tab=below`}>{t('nodes.moreBelow', { count: f.number(more) })}</Link></div></li>}
    </>
  )
}
