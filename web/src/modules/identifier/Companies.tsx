import { useQuery } from '@tanstack/react-query'
import { Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { api, EmptyState, EntityForm, Failure, Loading, PlainTable, read, useChange } from '../../kernel'
import { nodesKey, type NodeDetail } from './data'
import { useIdentifierTexts } from './texts'

/** The prefixes of companies in GS1 that a node resolves, and how its links are registered. */
export function Companies({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const companies = useQuery({
    queryKey: [...nodesKey, 'companies', node.id],
    queryFn: () => read(api.GET('/api/identifier/nodes/{id}/companies', { params: { path: { id: node.id } } })),
  })
  if (companies.error) return <Failure problem={companies.error} retry={() => void companies.refetch()} />
  if (!companies.data) return <Loading rows={3} />
  const { prefixes, yours } = companies.data
  const set = yours && <Set node={node} prefixes={prefixes} />
  if (prefixes.length === 0) return <EmptyState title={t('companies.none')} note={yours ? t('companies.note') : `${t('companies.note')} ${t('companies.noneView')}`} action={set} />
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('companies.note')}</p>
      <PlainTable label={t('companies.title')} rowKey={({ prefix }) => prefix} dataSource={prefixes.map((prefix) => ({ prefix }))} columns={[{ title: t('companies.name'), render: (_, { prefix }) => <span className="lh-number">{prefix}</span> }]} />
      <p>{t('companies.how', { handle: `${node.prefix}/01/…` })} <span className="lh-code lh-value-data">{`${window.location.origin}/id/01/…`}</span></p>
      {set}
    </div>
  )
}

interface Entered { prefixes: string }

function Set({ node, prefixes }: { node: NodeDetail; prefixes: string[] }) {
  const t = useIdentifierTexts()
  const [open, setOpen] = useState(false)
  const change = useChange({
    run: (v: Entered) => read(api.PUT('/api/identifier/nodes/{id}/companies', { params: { path: { id: node.id } }, body: { prefixes: v.prefixes.split(/\s+/).filter((p) => p !== '') } })),
    refresh: [nodesKey], done: t('companies.saved'), after: () => setOpen(false), quiet: true,
  })
  return (
    <div>
      <Button onClick={() => setOpen(true)}>{t('companies.set')}</Button>
      <Modal open={open} title={t('companies.name')} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <EntityForm<Entered> name="companies" initial={{ prefixes: prefixes.join('\n') }} submit={(v) => change.mutateAsync(v)} cancel={() => setOpen(false)}>
          <Form.Item name="prefixes" label={t('companies.name')} extra={t('companies.hint')}><Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </div>
  )
}
