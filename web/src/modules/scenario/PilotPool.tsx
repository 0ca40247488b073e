import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Drawer, Form, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, PlainTable, read, useChange, useFormat, type Schema } from '../../kernel'
import { pilotKey, usePool, type Call } from './pilots'
import { useScenarioTexts } from './texts'

type Reviewer = Schema<'PilotReviewer'>
type Entry = Schema<'PilotPoolEntry'>

/** Who reviews in a call, and the assignment. */
export function Pool({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const [editing, edit] = useState(false)
  const pool = usePool(call.id, true)
  const assign = useChange({ run: () => read(api.POST('/api/scenario/pilot/calls/{id}/assignment', { params: { path: { id: call.id }, header: ifMatch(call.version) } })), refresh: [pilotKey], quiet: true })
  if (pool.error) return <Failure problem={pool.error} retry={() => void pool.refetch()} />
  if (!pool.data) return <Loading />
  const done = assign.data
  return (
    <Card
      size="small" title={t('pilot.pool')}
      extra={<><Button size="small" onClick={() => edit(true)}>{t('pilot.addReviewer')}</Button> {call.acts.includes('assign') && <Confirm title={t('pilot.assignTitle')} note={t('pilot.assignNote')} label={t('pilot.assign')} run={() => assign.mutateAsync()} button={{ size: 'small', type: 'primary' }} danger={false} />}</>}
    >
      <p className="lh-note">{t('pilot.poolNote')}</p>
      {done && <Alert type={done.lacking.length > 0 ? 'warning' : 'success'} showIcon title={t('pilot.assigned', { assigned: done.assigned, experts: done.experts, conflicts: done.conflicts, lacking: done.lacking.length })} className="lh-form-problem" />}
      {pool.data.items.length === 0 ? <EmptyState title={t('pilot.noPool')} note={t('pilot.noPoolNote')} /> : <PlainTable<Reviewer>
        label={t('pilot.pool')} rowKey="person_id" dataSource={pool.data.items}
        columns={[
          { key: 'name', title: t('pilot.person'), dataIndex: 'name' },
          { key: 'alias', title: t('pilot.alias'), render: (_, v) => <span className="lh-code">{v.alias}</span> },
          { key: 'fields', title: t('pilot.fields'), responsive: ['sm'], render: (_, v) => f.list(v.fields) },
          { key: 'capacity', title: t('pilot.capacity'), align: 'right', render: (_, v) => <span className="lh-number">{v.capacity}</span> },
        ]}
      />}
      <Drawer open={editing} onClose={() => edit(false)} size={720} title={t('pilot.pool')} destroyOnHidden><PoolForm call={call} pool={pool.data} close={() => edit(false)} /></Drawer>
    </Card>
  )
}

function PoolForm({ call, pool, close }: { call: Call; pool: Schema<'PilotPoolView'>; close: () => void }) {
  const t = useScenarioTexts()
  const save = useChange({
    run: (v: { reviewers?: Partial<Entry>[] }) => read(api.PUT('/api/scenario/pilot/calls/{id}/reviewers', { params: { path: { id: call.id } }, body: { reviewers: (v.reviewers ?? []).map((x) => ({ person_id: x.person_id ?? '', fields: x.fields ?? [], capacity: x.capacity ?? 20 })) } })),
    refresh: [pilotKey], done: t('pilot.saved'), after: close, quiet: true,
  })
  const people = pool.candidates.map((p) => ({ value: p.person_id, label: p.name }))
  return (
    <EntityForm<{ reviewers?: Partial<Entry>[] }> name="pool" initial={{ reviewers: pool.items }} submit={(v) => save.mutateAsync(v)} cancel={close} wide>
      <Form.List name="reviewers">
        {(fields, { add, remove }) => (
          <>
            {fields.map((x) => (
              <div key={x.key} className="lh-pilot-choice">
                <Form.Item name={[x.name, 'person_id']} label={t('pilot.person')}><Select showSearch={{ optionFilterProp: 'label' }} options={people} /></Form.Item>
                <Form.Item name={[x.name, 'capacity']} label={t('pilot.capacity')}><InputNumber min={1} max={1000} precision={0} /></Form.Item>
                <Form.Item name={[x.name, 'fields']} label={<>{t('pilot.fields')} <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('pilot.removeReviewer', { n: x.name + 1 })} onClick={() => remove(x.name)} /></>}><Select mode="multiple" options={call.fields.map((v) => ({ value: v, label: v }))} /></Form.Item>
              </div>
            ))}
            <Button icon={<PlusOutlined />} className="lh-form-problem" onClick={() => add({ fields: call.fields, capacity: 20 })}>{t('pilot.addReviewer')}</Button>
          </>
        )}
      </Form.List>
    </EntityForm>
  )
}
