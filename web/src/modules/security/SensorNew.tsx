import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { api, EmptyState, EntityForm, Failure, LinkButton, Loading, PageHeader, read, StatusTag, useChange, useMay, useSession, useText, type Schema } from '../../kernel'
import { SensorNext } from './SensorNext'
import { consents, sensorKey, sensorTone, useSensor, useSensorTexts, type SensorRow } from './sensors'

type Machine = Schema<'MachineMachine'>
type Issued = Schema<'MachineTokenView'>

interface Values {
  machine: string
  name: string
  place: string
  consent: (typeof consents)[number]
}

interface Made {
  sensor: SensorRow
  issued?: Issued
}

/** Registers a sensor, with its machine when that is new, and says what to run there. */
export default function SensorNew() {
  const t = useSensorTexts()
  const [made, setMade] = useState<Made | null>(null)
  const machines = useQuery({ queryKey: ['machines', 'probes'], queryFn: () => read(api.GET('/api/machine/machines', { params: { query: { kind: 'probe', limit: 500 } } })) })
  return (
    <div className="lh-stack">
      <PageHeader title={made ? made.sensor.name : t('sensor.new.title')} note={t('sensor.new.note')} />
      {made ? <Registered made={made} /> : machines.error ? <Failure problem={machines.error} retry={() => void machines.refetch()} /> : machines.data ? <Fields machines={machines.data.items.filter((m) => m.state !== 'revoked')} done={setMade} /> : <Loading />}
    </div>
  )
}

/** The commands, and a word when the first batch has come. */
function Registered({ made }: { made: Made }) {
  const t = useSensorTexts()
  const { data } = useSensor(made.sensor.id)
  const now = data ?? made.sensor
  return (
    <>
      <Alert
        type={now.state === 'working' ? 'success' : 'info'} showIcon action={<LinkButton size="small" type="primary" to={`/security/sensors/${now.id}`}>{t('sensor.next.open')}</LinkButton>}
        title={<StatusTag tone={sensorTone[now.state]}>{t(`sensor.states.${now.state}`)}</StatusTag>}
      />
      {made.sensor.own ? <SensorNext machine={made.sensor.machine_id} {...(made.issued ? { issued: made.issued } : {})} /> : <Alert type="info" showIcon title={t('sensor.health.askedOther')} />}
    </>
  )
}

const fresh = 'new'

function Fields({ machines, done }: { machines: Machine[]; done: (made: Made) => void }) {
  const t = useSensorTexts()
  const text = useText()
  const may = useMay()
  const session = useSession()
  const [form] = Form.useForm<Values>()
  const chosen = Form.useWatch('machine', form)
  // A machine that was added before the registration failed is used when it is submitted again.
  const [issued, setIssued] = useState<Issued | null>(null)
  const owner = machines.find((m) => m.id === chosen)?.organisation_id ?? session.organisation.id
  const own = owner === session.organisation.id
  const register = useChange({
    run: async (v: Values): Promise<Made> => {
      let token = issued
      if (v.machine === fresh && !token) {
        token = await read(api.POST('/api/machine/machines', { body: { name: v.name, kind: 'probe', organisation_id: session.organisation.id, note: v.place ?? '' } }))
        setIssued(token)
      }
      const machine = v.machine === fresh ? token!.id : v.machine
      const sensor = await read(api.POST('/api/security/sensors', { body: { name: v.name, place: v.place ?? '', machine_id: machine, organisation_id: owner, ...(own ? { consent: v.consent } : {}) } }))
      return v.machine === fresh ? { sensor, issued: token! } : { sensor }
    },
    refresh: [sensorKey, ['machines']], quiet: true, after: done,
  })
  if (!may('machine.enrol') && machines.length === 0) return <EmptyState title={t('sensor.new.noMachine')} action={<LinkButton to="/security/sensors">{t('sensor.title')}</LinkButton>} />
  const options = [
    ...(may('machine.enrol') ? [{ value: fresh, label: t('sensor.new.newMachine') }] : []),
    ...machines.map((m) => ({ value: m.id, label: m.organisation_id === session.organisation.id ? m.name : `${m.name} · ${text(m.organisation)}` })),
  ]
  return (
    <Card size="small">
      {issued && <Alert type="warning" showIcon title={t('sensor.new.failed')} className="lh-form-problem" />}
      <EntityForm<Values> form={form} initial={{ machine: options[0]!.value, consent: 'figures' }} submit={(v) => register.mutateAsync(v)} submitLabel={t('sensor.new.submit')}>
        <Form.Item name="name" label={t('sensor.field.name')} extra={t('sensor.new.nameNote')} rules={[{ required: true, whitespace: true, message: t('sensor.missing', { label: t('sensor.field.name') }) }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="place" label={t('sensor.field.place')} extra={t('sensor.new.placeNote')}><Input maxLength={200} /></Form.Item>
        <Form.Item name="machine" label={t('sensor.new.machine')} extra={chosen === fresh ? t('sensor.new.newMachineNote') : undefined}><Select showSearch={{ optionFilterProp: 'label' }} options={options} disabled={issued !== null} /></Form.Item>
        {own ? (
          <Form.Item name="consent" label={t('sensor.field.consent')} extra={t('sensor.new.consentNote')} className="lh-choices">
            <Radio.Group options={consents.map((c) => ({ value: c, label: <span className="lh-two"><span>{t(`sensor.consents.${c}`)}</span><span>{t(`sensor.consentNotes.${c}`)}</span></span> }))} />
          </Form.Item>
        ) : <p className="lh-note">{t('sensor.new.theirs')}</p>}
      </EntityForm>
    </Card>
  )
}
