import { Alert, Card, Form, Select } from 'antd'
import { useNavigate } from 'react-router'
import { api, PageHeader, read, useChange, useMay, useText, type Schema } from '../../kernel'
import { incidentKey, useIncidentTexts, useOrganisations, useRunningDrills, type Detail } from './incidentData'
import { IncidentForm } from './IncidentForm'

type Opened = Schema<'IncidentSaid'> & { organisation_id?: string; drill?: string }

/** Reports an incident of one's own organisation; the city opens one for an enterprise. */
export default function IncidentReport() {
  const t = useIncidentTexts()
  const text = useText()
  const go = useNavigate()
  const city = useMay()('security.incident.handle')
  const organisations = useOrganisations(city).filter((o) => o.kind !== 'bureau')
  const drills = useRunningDrills(city)
  const open = useChange<Opened, Detail>({ run: (body) => read(api.POST('/api/security/incidents', { body })), refresh: [incidentKey], done: t('incident.sent'), quiet: true, after: (i) => void go(`/security/incidents/${i.id}`) })
  return (
    <div className="lh-stack">
      <PageHeader title={t(city ? 'incident.open' : 'incident.report')} />
      <Card>
        <Alert type="info" showIcon className="lh-form-problem" title={t('incident.help.few')} />
        <IncidentForm
          label={t(city ? 'incident.open' : 'incident.report')} cancel={() => void go(-1)}
          submit={(said, v) => open.mutateAsync({ ...said, ...(city && v.organisation_id ? { organisation_id: v.organisation_id } : {}), ...(city && v.drill ? { drill: v.drill } : {}) })}
          before={city && (
            <Form.Item name="organisation_id" label={t('incident.field.organisation')} rules={[{ required: true, message: t('incident.missing', { label: t('incident.field.organisation') }) }]}>
              <Select showSearch={{ optionFilterProp: 'label' }} options={organisations.map((o) => ({ value: o.id, label: text(o.name) }))} />
            </Form.Item>
          )}
          after={city && <Form.Item name="drill" label={t('incident.field.drill')} extra={t('incident.help.drill')}><Select allowClear showSearch={{ optionFilterProp: 'label' }} options={drills} notFoundContent={t('incident.noDrill')} /></Form.Item>}
        />
      </Card>
    </div>
  )
}
