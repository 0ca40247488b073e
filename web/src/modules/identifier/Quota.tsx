import { useQuery } from '@tanstack/react-query'
import { Button, Form, InputNumber, Modal, Progress } from 'antd'
import { useState } from 'react'
import { api, EntityForm, Failure, ifMatch, Loading, PlainTable, read, useChange, useFormat, type Schema } from '../../kernel'
import { nodesKey, type NodeDetail } from './data'
import { useIdentifierTexts } from './texts'

type View = Schema<'IdentifierQuotaView'>
type Limits = Schema<'IdentifierQuota'>
type What = keyof Limits

/** What is limited of a node: what is counted here, and what it allocates. */
const limited = (node: NodeDetail): What[] => [
  ...(node.hosting === 'hosted' ? (['identifiers', 'registrations', 'requests'] as const) : []),
  ...(node.role === 'enterprise' ? [] : (['prefixes'] as const)),
]

/** How much a node may have, and what it has used of it. */
export function Quota({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const quota = useQuery({
    queryKey: [...nodesKey, 'quota', node.id],
    queryFn: () => read(api.GET('/api/identifier/nodes/{id}/quota', { params: { path: { id: node.id } } })),
    refetchInterval: 30_000,
  })
  if (quota.error) return <Failure problem={quota.error} retry={() => void quota.refetch()} />
  if (!quota.data) return <Loading rows={3} />
  const q = quota.data
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('quota.note')}</p>
      <PlainTable
        label={t('quota.title')}
        rowKey={({ what }) => what}
        dataSource={limited(node).map((what) => ({ what }))}
        columns={[
          { title: t('quota.what'), render: (_, { what }) => t(`quota.${what}`) },
          { title: t('quota.used'), align: 'right', render: (_, { what }) => <span className="lh-number">{f.number(q.used[what])}</span> },
          { title: t('quota.most'), align: 'right', render: (_, { what }) => <span className="lh-number">{q[what] ? f.number(q[what]) : t('quota.none')}</span> },
          { title: t('quota.share'), responsive: ['sm'], width: 220, render: (_, { what }) => q[what] > 0 && <Share used={q.used[what]} most={q[what]} label={t(`quota.${what}`)} /> },
        ]}
      />
      {q.yours && <Set node={node} quota={q} />}
    </div>
  )
}

function Share({ used, most, label }: { used: number; most: number; label: string }) {
  const percent = Math.min(100, Math.round((used / most) * 100))
  return <Progress percent={percent} size="small" status={used >= most ? 'exception' : 'normal'} aria-label={label} />
}

function Set({ node, quota }: { node: NodeDetail; quota: View }) {
  const t = useIdentifierTexts()
  const [open, setOpen] = useState(false)
  const { identifiers, registrations, requests, prefixes } = quota
  const change = useChange({
    run: (v: Partial<Limits>) => {
      const body = { identifiers, registrations, requests, prefixes }
      for (const what of limited(node)) body[what] = v[what] ?? 0
      return read(api.PUT('/api/identifier/nodes/{id}/quota', { params: { path: { id: node.id }, header: ifMatch(quota.version) }, body }))
    },
    refresh: [nodesKey], done: t('quota.saved'), after: () => setOpen(false), quiet: true,
  })
  const initial = Object.fromEntries(limited(node).filter((what) => quota[what] > 0).map((what) => [what, quota[what]])) as Partial<Limits>
  return (
    <div>
      <Button onClick={() => setOpen(true)}>{t('quota.set')}</Button>
      <Modal open={open} title={t('quota.set')} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <EntityForm<Partial<Limits>> name="quota" initial={initial} submit={(v) => change.mutateAsync(v)} cancel={() => setOpen(false)}>
          {limited(node).map((what) => (
            <Form.Item key={what} name={what} label={t(`quota.${what}`)}><InputNumber min={1} max={1e12} precision={0} style={{ width: '100%' }} placeholder={t('quota.none')} /></Form.Item>
          ))}
        </EntityForm>
      </Modal>
    </div>
  )
}
