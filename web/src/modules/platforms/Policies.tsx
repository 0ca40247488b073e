import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, Failure, Loading, PlainTable, read, useChange, useFormat, useMay, useText } from '../../kernel'
import { PolicyForm } from './PolicyForm'
import { rotasKey, usePolicies, useRotas, type Policy } from './rotas'
import { usePlatformTexts } from './texts'

/** What follows when nobody takes care of an alert. */
export function Policies() {
  const t = usePlatformTexts()
  const text = useText()
  const may = useMay()
  const policies = usePolicies()
  const [edited, edit] = useState<Policy | 'new' | null>(null)
  const edits = may('platforms.alert.edit')
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/platforms/alerting/policies/{id}', { params: { path: { id } } })), refresh: [rotasKey], done: t('duty.removed'), quiet: true })
  if (policies.error) return <Failure problem={policies.error} retry={() => void policies.refetch()} />
  if (!policies.data) return <Loading />
  const add = edits && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{t('duty.newPolicy')}</Button>
  return (
    <>
      {policies.data.items.length === 0 ? <EmptyState title={t('duty.noPolicies')} note={t('duty.noPoliciesNote')} action={add} /> : (
        <div className="lh-stack">
          <div className="lh-bar"><span className="lh-muted">{t('duty.policiesNote')}</span>{add}</div>
          <PlainTable<Policy>
            label={t('duty.policies')}
            rowKey="id"
            dataSource={policies.data.items}
            columns={[
              { key: 'name', title: t('duty.policy'), render: (_, p) => (edits ? <button type="button" className="lh-link" onClick={() => edit(p)}>{text(p.name)}</button> : text(p.name)) },
              { key: 'steps', title: t('duty.steps'), render: (_, p) => <Steps policy={p} /> },
              ...(edits ? [{ key: 'act', title: '', render: (_: unknown, p: Policy) => <Confirm title={t('duty.removeTitle', { name: text(p.name) })} label={t('page.remove')} run={() => remove.mutateAsync(p.id)} button={{ size: 'small' }} /> }] : []),
            ]}
          />
        </div>
      )}
      <PolicyForm edited={edited} close={() => edit(null)} />
    </>
  )
}

function Steps({ policy: p }: { policy: Policy }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const rotas = useRotas()
  const nameOf = (id: string) => { const r = rotas.data?.items.find((x) => x.id === id); return r ? text(r.name) : id }
  const whom = (s: Policy['steps'][number]) => f.list([...s.rotas.map(nameOf), ...s.persons.map((x) => x.name ?? ''), ...(s.route ? [t('duty.routeAudience')] : [])])
  return (
    <div className="lh-wrap">
      {p.steps.map((s, i) => <div key={i}>{t('duty.stepOf', { n: i + 1, minutes: f.number(s.after), whom: whom(s) })}</div>)}
      {p.repeat > 0 && <div className="lh-muted">{t('duty.repeatOf', { count: p.repeat, minutes: f.number(p.pause) })}</div>}
      {p.limit > 0 && <div className="lh-muted">{t('duty.limitOf', { minutes: f.number(p.limit) })}</div>}
    </div>
  )
}
