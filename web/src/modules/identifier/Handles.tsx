import { PlusOutlined, PrinterOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Drawer, Flex } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { DataTable, EmptyState, LinkButton, PageHeader, useFormat, useLive, useMay, useOpen, useText, type Column, type Filter } from '../../kernel'
import { handlesKey, topics, useNodes, type HandleRow, type NodeDetail } from './data'
import { Identifier } from './Identifier'
import { Registration } from './Registration'
import './identifier.css'
import { useIdentifierTexts } from './texts'

/** All identifiers that are hosted here, of every node. */
export default function Handles() {
  const t = useIdentifierTexts()
  const may = useMay()
  return (
    <div className="lh-stack">
      <PageHeader title={t('handles.title')} note={t('handles.note')} actions={may('identifier.register') && <LinkButton to="/identifier/imports" icon={<UploadOutlined />}>{t('handle.importFile')}</LinkButton>} />
      <HandleList />
    </div>
  )
}

/** Identifiers as a table, live: searched by name, and by what they hold. */
export function HandleList({ node }: { node?: NodeDetail }) {
  const t = useIdentifierTexts()
  const text = useText()
  const may = useMay()
  const columns = useColumns(!node)
  const [open, show] = useOpen()
  const nodes = useNodes({ limit: 500, sort: 'prefix' }, !node)
  const [selected, select] = useState<string[]>([])
  const prints = may('identifier.register')
  useLive(topics.handles, handlesKey)
  const filters: Filter[] = [
    { name: 'value', label: t('handles.value'), input: 'text' },
    { name: 'type', label: t('handles.type'), input: 'text' },
    ...(node ? [] : [{ name: 'node', label: t('field.node'), options: (nodes.data?.items ?? []).filter((n) => n.hosting === 'hosted').map((n) => ({ value: n.id, label: `${n.prefix} ${text(n.name)}` })) }]),
  ]
  const registers = node && node.yours && may('identifier.register') && (node.state === 'trial' || node.state === 'in_service')
  const empty = (
    <EmptyState
      title={t('handles.none')}
      note={t(registers ? 'handles.noneRegister' : node ? 'handles.noneView' : 'handles.noneAtAll')}
      action={registers ? <Button type="primary" icon={<PlusOutlined />} onClick={() => show('new')}>{t('handle.register')}</Button> : undefined}
    />
  )
  return (
    <>
      {selected.length > 0 && <Chosen handles={selected} clear={() => select([])} />}
      <DataTable<HandleRow>
        url="/api/identifier/handles"
        queryKey={handlesKey}
        label={t('handles.title')}
        rowKey={(h) => h.handle}
        columns={columns}
        filters={filters}
        search={t('handles.search')}
        exports
        empty={empty}
        {...(prints ? { select: { selected, change: select } } : {})}
        {...(node ? { fixed: { node: node.id }, prefix: 'h.', views: '' } : {})}
      />
      <Opened node={node} open={open} show={show} />
    </>
  )
}

/** What can be done with the identifiers that were selected. */
function Chosen({ handles, clear }: { handles: string[]; clear: () => void }) {
  const t = useIdentifierTexts()
  const go = useNavigate()
  return (
    <Flex gap={8} wrap align="center" className="lh-chosen" role="status">
      <span>{t('labels.selected', { count: handles.length })}</span>
      <Button icon={<PrinterOutlined />} onClick={() => void go('/identifier/labels', { state: { handles } })}>{t('labels.title')}</Button>
      <Button type="text" onClick={clear}>{t('labels.clear')}</Button>
    </Flex>
  )
}

/** The identifier whose row was opened, or the form for a new one, beside the list. */
function Opened({ node, open, show }: { node: NodeDetail | undefined; open: string | null; show: (handle: string | null) => void }) {
  const t = useIdentifierTexts()
  const [editing, setEditing] = useState(false)
  const fresh = open === 'new' && node !== undefined
  const close = () => {
    setEditing(false)
    show(null)
  }
  return (
    <Drawer open={fresh || (open !== null && open !== 'new')} onClose={close} size={760} title={fresh ? t('handle.registerTitle', { prefix: node.prefix }) : <span className="lh-code lh-break">{open}</span>} destroyOnHidden>
      {fresh && <Registration node={node} done={(handle) => show(handle)} cancel={close} />}
      {!fresh && open && <Identifier key={open} handle={open} editing={editing} edit={setEditing} close={close} />}
    </Drawer>
  )
}

function useColumns(everywhere: boolean): Column<HandleRow>[] {
  const t = useIdentifierTexts()
  const f = useFormat()
  const [, show] = useOpen()
  return [
    { key: 'handle', title: t('field.handle'), sort: 'handle', render: (h) => <button type="button" className="lh-link lh-code lh-break" onClick={() => show(h.handle)}>{h.handle}</button> },
    ...(everywhere ? [{ key: 'prefix', title: t('field.node'), sort: 'prefix', from: 'sm' as const, render: (h: HandleRow) => (h.node_id ? <Link className="lh-code" to={`/identifier/nodes/${h.node_id}`}>{h.prefix}</Link> : <span className="lh-code">{h.prefix}</span>) }] : []),
    { key: 'values', title: t('field.values'), sort: 'values', align: 'right', render: (h) => <span className="lh-number">{f.number(h.values)}</span> },
    { key: 'created', title: t('field.registered'), sort: 'created_at', from: 'md', render: (h) => <span className="lh-number">{f.time(h.created_at)}</span> },
    { key: 'changed', title: t('field.changed'), sort: 'changed_at', from: 'md', render: (h) => <span className="lh-number">{f.time(h.changed_at)}</span> },
  ]
}
