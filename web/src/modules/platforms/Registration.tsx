import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Form, Select, Steps } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { api, EntityForm, Failure, Loading, PageHeader, read, useMay, useSession, useText } from '../../kernel'
import { Connection } from './Connection'
import { usePlatform } from './data'
import { inputOf, PlatformFields, type Values } from './PlatformFields'
import { usePlatformTexts } from './texts'

/** Registers a platform and connects it: entry, key and configuration, first report. */
export default function Registration() {
  const t = usePlatformTexts()
  const [params, setParams] = useSearchParams()
  const id = params.get('platform')
  return (
    <div className="lh-stack">
      <PageHeader title={t('form.title')} note={t('form.note')} />
      <Steps size="small" current={id ? 1 : 0} items={[{ title: t('form.stepEntry') }, { title: t('form.stepConnect') }]} className="lh-steps" />
      {id ? <Connect id={id} /> : <Entry done={(made) => setParams({ platform: made }, { replace: true })} />}
    </div>
  )
}

function Entry({ done }: { done: (id: string) => void }) {
  const t = usePlatformTexts()
  const text = useText()
  const go = useNavigate()
  const may = useMay()
  const { organisation } = useSession()
  const organisations = useQuery({
    queryKey: ['organisations', 'choice'],
    queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })),
    enabled: may('system.organisation.view'),
  })
  const submit = async (values: Values) => {
    const operator = organisations.data?.items.find((o) => o.id === values.operator_id)
    const body = { ...inputOf(values), ...(operator ? { operator_name: operator.name } : {}) }
    const platform = await read(api.POST('/api/platforms', { body }))
    done(platform.id)
  }
  const choices = organisations.data?.items.map((o) => ({ value: o.id, label: text(o.name) })) ?? []
  return (
    <Card>
      {!may('platforms.review') && <Alert type="info" showIcon title={t('form.reviewFirst')} className="lh-form-problem" />}
      <EntityForm<Values> submit={submit} initial={{ operator_id: organisation.id }} submitLabel={t('form.submit')} cancel={() => void go('/platforms')} wide>
        {choices.length > 1 && (
          <Form.Item name="operator_id" label={t('field.operator')} extra={t('form.operatorNote')}>
            <Select showSearch={{ optionFilterProp: 'label' }} options={choices} />
          </Form.Item>
        )}
        <PlatformFields fresh />
      </EntityForm>
    </Card>
  )
}

function Connect({ id }: { id: string }) {
  const platform = usePlatform(id)
  if (platform.error) return <Failure problem={platform.error} retry={() => void platform.refetch()} />
  if (!platform.data) return <Loading />
  return <Connection platform={platform.data} first />
}
