import { useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer, Form, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, EntityForm, Failure, ifMatch, Loading, PlainTable, read, StatusTag, useChange, useFormat, useSession, useText, type Schema, type Tone } from '../../kernel'
import { roomKey, type Application, type OpeningDetail } from './data'
import { useScenarioTexts } from './texts'

const tone: Record<Application['state'], Tone> = { submitted: 'info', withdrawn: 'idle', chosen: 'good', not_chosen: 'idle' }

/** Applications that the reader may see, and the own one. */
export function Applications({ opening: o }: { opening: OpeningDetail }) {
  const t = useScenarioTexts()
  const text = useText()
  const f = useFormat()
  const [applying, setApplying] = useState(false)
  const [chosen, setChosen] = useState<Application>()
  const { data, error, refetch } = useQuery({ queryKey: [...roomKey, 'opening', o.id, 'applications', o.version], queryFn: () => read(api.GET('/api/scenario/openings/{id}/applications', { params: { path: { id: o.id } } })) })
  const withdraw = useChange({ run: () => read(api.DELETE('/api/scenario/openings/{id}/application', { params: { path: { id: o.id } } })), refresh: [roomKey], done: t('opening.withdrawn'), quiet: true })
  const mine = useSession()
  const own = data?.items.find((a) => a.organisation_id === mine?.organisation.id)
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  return (
    <Card size="small" title={t('opening.applications')}>
      <div className="lh-stack">
        {data.sealed && o.side !== 'stranger' && <p className="lh-note">{t('opening.sealed')}</p>}
        {o.side === 'stranger' && <p className="lh-note">{t('opening.sealedOwn')}</p>}
        {data.items.length === 0 ? (!data.sealed || o.side === 'stranger') && <EmptyState title={t('opening.noApplications')} /> : (
          <PlainTable<Application>
            label={t('opening.applications')} rowKey="id" dataSource={data.items}
            columns={[
              { title: t('opening.field.provider'), render: (_, a) => <span className="lh-two lh-wrap"><span>{text(a.provider)}</span><StatusTag tone={tone[a.state]}>{t(`opening.applicationStates.${a.state}`)}</StatusTag></span> },
              { title: t('opening.field.approach'), render: (_, a) => <span className="lh-two lh-wrap"><span className="lh-scenario-text">{a.offer.approach}</span><span className="lh-muted lh-scenario-text">{a.offer.team}</span></span> },
              { title: t('opening.field.price'), align: 'right', render: (_, a) => <span className="lh-number">{f.number(a.offer.price, 1)}</span> },
              { title: t('opening.field.days'), align: 'right', responsive: ['sm'], render: (_, a) => <span className="lh-number">{f.number(a.offer.days, 0)}</span> },
              { title: t('opening.field.submitted'), responsive: ['lg'], render: (_, a) => <span className="lh-number" title={a.digest}>{f.time(a.submitted_at)}</span> },
              ...(o.acts.includes('choose') ? [{ title: '', align: 'right' as const, render: (_: unknown, a: Application) => a.state === 'submitted' && <Button size="small" type="primary" onClick={() => setChosen(a)}>{t('opening.choose')}</Button> }] : []),
            ]}
          />
        )}
        <div>
          {o.acts.includes('apply') && <Button type="primary" onClick={() => setApplying(true)}>{t(own && own.state === 'submitted' ? 'opening.applyAgain' : 'opening.apply')}</Button>}{' '}
          {o.acts.includes('withdraw') && <Confirm title={t('opening.withdraw')} note={<p>{t('opening.withdrawNote')}</p>} label={t('opening.withdraw')} run={() => withdraw.mutateAsync()} />}
        </div>
      </div>
      <Drawer title={t('opening.apply')} open={applying} onClose={() => setApplying(false)} size="large" destroyOnHidden><Offer opening={o} own={own} close={() => setApplying(false)} /></Drawer>
      <Drawer title={chosen ? t('opening.chooseTitle', { name: text(chosen.provider) }) : ''} open={chosen !== undefined} onClose={() => setChosen(undefined)} size="large" destroyOnHidden>{chosen && <Choice opening={o} application={chosen} close={() => setChosen(undefined)} />}</Drawer>
    </Card>
  )
}

function Offer({ opening: o, own, close }: { opening: OpeningDetail; own: Application | undefined; close: () => void }) {
  const t = useScenarioTexts()
  const apply = useChange({ run: (body: Schema<'OpeningOffer'>) => read(api.PUT('/api/scenario/openings/{id}/application', { params: { path: { id: o.id } }, body })), refresh: [roomKey], done: t('opening.applied'), quiet: true, after: close })
  const need = (name: 'approach' | 'price' | 'days') => [{ required: true, message: t('form.missing', { label: t(`opening.field.${name}`) }) }]
  return (
    <EntityForm<Schema<'OpeningOffer'>> initial={own?.offer ?? { team: '' }} submitLabel={t('opening.apply')} cancel={close} submit={(v) => apply.mutateAsync({ ...v, team: v.team ?? '' })}>
      <Form.Item name="approach" label={t('opening.field.approach')} rules={need('approach')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 4, maxRows: 16 }} /></Form.Item>
      <Form.Item name="team" label={t('opening.field.team')}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="price" label={t('opening.field.price')} rules={need('price')}><InputNumber min={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="days" label={t('opening.field.days')} rules={need('days')}><InputNumber min={1} precision={0} style={{ width: '100%' }} /></Form.Item>
      </div>
    </EntityForm>
  )
}

interface ChoiceValues { reason: string; milestones: { title: string; due: string }[] }

function Choice({ opening: o, application: a, close }: { opening: OpeningDetail; application: Application; close: () => void }) {
  const t = useScenarioTexts()
  const choose = useChange({
    run: (v: ChoiceValues) => read(api.POST('/api/scenario/openings/{id}/choice', { params: { path: { id: o.id }, header: ifMatch(o.version) }, body: { application_id: a.id, ...v } })), refresh: [roomKey], done: t('opening.chosen'), quiet: true, after: close,
  })
  return (
    <EntityForm<ChoiceValues> initial={{ milestones: [{ title: '', due: '' }] }} submitLabel={t('opening.choose')} cancel={close} submit={(v) => choose.mutateAsync({ reason: v.reason ?? '', milestones: v.milestones ?? [] })}>
      <Form.Item name="reason" label={t('opening.field.reason')} rules={[{ required: true, message: t('form.missing', { label: t('opening.field.reason') }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
      <Form.List name="milestones">
        {(rows, { add, remove }) => (
          <Form.Item label={t('opening.milestones')}>
            {rows.map(({ key, name }) => (
              <div key={key} className="lh-scenario-row">
                <Form.Item name={[name, 'title']} label={t('opening.field.milestone')}><Input maxLength={120} /></Form.Item>
                <Form.Item name={[name, 'due']} label={t('opening.field.due')}><Input type="date" /></Form.Item>
                <Form.Item><Button onClick={() => remove(name)}>{t('form.remove')}</Button></Form.Item>
              </div>
            ))}
            <Button onClick={() => add({ title: '', due: '' })}>{t('opening.addMilestone')}</Button>
          </Form.Item>
        )}
      </Form.List>
    </EntityForm>
  )
}
