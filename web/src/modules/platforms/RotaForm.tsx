import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, DatePicker, Drawer, Form, Select, Space, TimePicker, type FormInstance } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { api, EntityForm, ifMatch, NameFields, read, useChange, useMay, useSession, useText } from '../../kernel'
import { textOf } from './alerts'
import { rotasKey, useDutyPeople, type RotaDetail } from './rotas'
import { usePlatformTexts } from './texts'
import './rotas.css'

interface LayerValues { members: (string | undefined)[]; handover: 'daily' | 'weekly'; at: string; begins: string; limited: boolean; only?: { days?: number[]; from?: string; to?: string } }
interface Values { name: { zh?: string; en?: string }; zone: string; organisation_id: string; layers: LayerValues[] }

const freshLayer = (): LayerValues => ({ members: [undefined], handover: 'weekly', at: '09:00', begins: dayjs().format('YYYY-MM-DD'), limited: false, only: { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' } })

function valuesOf(r: RotaDetail): Values {
  const usual = freshLayer().only!
  return { name: r.name, zone: r.zone, organisation_id: r.organisation.id, layers: r.layers.map((l) => ({ members: l.members.map((p) => p.id), handover: l.handover, at: l.at, begins: l.begins, limited: l.only !== undefined, only: l.only ?? usual })) }
}

function inputOf(v: Values) {
  return {
    name: textOf(v.name), zone: v.zone, organisation_id: v.organisation_id,
    layers: (v.layers ?? []).map((l) => ({
      members: (l.members ?? []).flatMap((id) => (id ? [{ id }] : [])), handover: l.handover, at: l.at ?? '', begins: l.begins ?? '',
      ...(l.limited ? { only: { days: l.only?.days ?? [], from: l.only?.from ?? '', to: l.only?.to ?? '' } } : {}),
    })),
  }
}

/** Makes a rota, or changes one. */
export function RotaForm({ rota, open, close, made }: { rota?: RotaDetail; open: boolean; close: () => void; made?: (id: string) => void }) {
  const t = usePlatformTexts()
  const { organisation } = useSession()
  const [form] = Form.useForm<Values>()
  const save = useChange({
    run: (v: Values) => {
      const body = inputOf(v)
      return rota ? read(api.PUT('/api/platforms/alerting/rotas/{id}', { params: { path: { id: rota.id }, header: ifMatch(rota.version) }, body })) : read(api.POST('/api/platforms/alerting/rotas', { body }))
    },
    refresh: [rotasKey], done: t('page.saved'), quiet: true, after: (r) => { close(); if (!rota) made?.(r.id) },
  })
  return (
    <Drawer open={open} onClose={close} size={760} title={t(rota ? 'duty.edit' : 'duty.newRota')} destroyOnHidden>
      {open && (
        <EntityForm<Values> form={form} name="rota" wide initial={rota ? valuesOf(rota) : { name: {}, zone: 'Asia/Shanghai', organisation_id: organisation.id, layers: [freshLayer()] }} submit={() => save.mutateAsync(form.getFieldsValue(true) as Values)} cancel={close}>
          <NameFields name="name" label={t('field.name')} required />
          <Owner />
          <Layers form={form} {...(rota ? { rota } : {})} />
        </EntityForm>
      )}
    </Drawer>
  )
}

function Owner() {
  const t = usePlatformTexts()
  const text = useText()
  const may = useMay()
  const { organisation } = useSession()
  const organisations = useQuery({
    queryKey: ['organisations', 'choice'],
    queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })),
    enabled: may('system.organisation.view'),
  })
  const choices = organisations.data?.items ?? [organisation]
  return (
    <div className="lh-pair">
      <Form.Item name="organisation_id" label={t('duty.organisation')} extra={t('duty.organisationNote')}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={choices.map((o) => ({ value: o.id, label: text(o.name) }))} />
      </Form.Item>
      <Form.Item name="zone" label={t('duty.zone')} extra={t('duty.zoneNote')}>
        <Select showSearch options={Intl.supportedValuesOf('timeZone').map((z) => ({ value: z, label: z }))} />
      </Form.Item>
    </div>
  )
}

/** A field that holds a text as the API has it, edited as a time. */
const as = (format: string) => ({ getValueProps: (v?: string) => ({ value: v ? dayjs(v, format) : null }), normalize: (v: Dayjs | null) => v?.format(format) ?? '' })

function Layers({ form, rota }: { form: FormInstance<Values>; rota?: RotaDetail }) {
  const t = usePlatformTexts()
  const organisation = Form.useWatch('organisation_id', form) ?? ''
  const layers = Form.useWatch('layers', form)
  const people = useDutyPeople(organisation, organisation !== '')
  const able = people.data?.items ?? []
  const gone = (rota?.layers ?? []).flatMap((l) => l.members).filter((m, i, all) => !able.some((p) => p.id === m.id) && all.findIndex((x) => x.id === m.id) === i)
  const options = [...able.map((p) => ({ value: p.id, label: p.name })), ...(people.data ? gone.map((m) => ({ value: m.id, label: `${m.name ?? ''} · ${t('duty.gaps.unable')}` })) : [])]
  const wide = { width: '100%' }
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const days = ([1, 2, 3, 4, 5, 6, 7] as const).map((d) => ({ value: d, label: t(`duty.days.d${d}`) }))
  return (
    <Form.List name="layers">
      {(fields, { add, remove, move }) => (
        <>
          <p className="lh-muted">{t('duty.layersNote')}</p>
          {fields.map((x, i) => (
            <fieldset key={x.key} className="lh-duty-part">
              <legend>
                {t('duty.layerN', { n: i + 1 })}{' '}
                <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={t('duty.layerUp', { n: i + 1 })} disabled={i === 0} onClick={() => move(i, i - 1)} />
                <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('duty.removeLayer', { n: i + 1 })} disabled={fields.length === 1} onClick={() => remove(x.name)} />
              </legend>
              <Members layer={x.name} options={options} />
              <div className="lh-pair">
                <Form.Item name={[x.name, 'handover']} label={t('duty.handover')}><Select options={(['daily', 'weekly'] as const).map((h) => ({ value: h, label: t(`duty.handovers.${h}`) }))} /></Form.Item>
                <Form.Item name={[x.name, 'at']} label={t('duty.at')} rules={need(t('duty.at'))} {...as('HH:mm')}><TimePicker format="HH:mm" needConfirm={false} style={wide} /></Form.Item>
              </div>
              <Form.Item name={[x.name, 'begins']} label={t('duty.begins')} extra={layers?.[x.name]?.handover === 'weekly' && layers[x.name]?.begins ? t('duty.weekly', { day: t(`duty.days.d${((dayjs(layers[x.name]!.begins).day() + 6) % 7 + 1) as 1}`) }) : undefined} rules={need(t('duty.begins'))} {...as('YYYY-MM-DD')}><DatePicker style={wide} /></Form.Item>
              <Form.Item name={[x.name, 'limited']} valuePropName="checked"><Checkbox>{t('duty.limited')}</Checkbox></Form.Item>
              {layers?.[x.name]?.limited && (
                <>
                  <Form.Item name={[x.name, 'only', 'days']} label={t('duty.onDays')}><Checkbox.Group options={days} /></Form.Item>
                  <div className="lh-pair">
                    <Form.Item name={[x.name, 'only', 'from']} label={t('duty.from')} {...as('HH:mm')}><TimePicker format="HH:mm" needConfirm={false} style={wide} /></Form.Item>
                    <Form.Item name={[x.name, 'only', 'to']} label={t('duty.to')} extra={t('duty.overnight')} {...as('HH:mm')}><TimePicker format="HH:mm" needConfirm={false} style={wide} /></Form.Item>
                  </div>
                </>
              )}
            </fieldset>
          ))}
          <Form.Item><Button icon={<PlusOutlined />} disabled={fields.length >= 5} onClick={() => add(freshLayer())}>{t('duty.addLayer')}</Button></Form.Item>
        </>
      )}
    </Form.List>
  )
}

/** Who takes turns, in their order. */
function Members({ layer, options }: { layer: number; options: { value: string; label: string }[] }) {
  const t = usePlatformTexts()
  const some = { validator: async (_: unknown, list?: (string | undefined)[]) => { if (!list?.some(Boolean)) throw new Error(t('duty.needMembers')) } }
  return (
    <Form.List name={[layer, 'members']} rules={[some]}>
      {(fields, { add, remove, move }, { errors }) => (
        <div>
          <div className="lh-form-label">{t('duty.members')}</div>
          {fields.map((m, i) => (
            <div key={m.key} className="lh-duty-member">
              <span aria-hidden="true">{i + 1}</span>
              <Form.Item name={m.name}><Select aria-label={t('duty.memberN', { n: i + 1 })} placeholder={t('duty.choose')} showSearch={{ optionFilterProp: 'label' }} options={options} /></Form.Item>
              <Space.Compact>
                <Button icon={<ArrowUpOutlined />} aria-label={t('duty.memberUp', { n: i + 1 })} disabled={i === 0} onClick={() => move(i, i - 1)} />
                <Button icon={<ArrowDownOutlined />} aria-label={t('duty.memberDown', { n: i + 1 })} disabled={i === fields.length - 1} onClick={() => move(i, i + 1)} />
                <Button icon={<DeleteOutlined />} aria-label={t('duty.removeMember', { n: i + 1 })} disabled={fields.length === 1} onClick={() => remove(m.name)} />
              </Space.Compact>
            </div>
          ))}
          <Form.ErrorList errors={errors} />
          <Form.Item><Button size="small" icon={<PlusOutlined />} disabled={fields.length >= 50} onClick={() => add(undefined)}>{t('duty.addMember')}</Button></Form.Item>
        </div>
      )}
    </Form.List>
  )
}
