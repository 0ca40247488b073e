import { useQuery } from '@tanstack/react-query'
import { Alert, Form, Input, Radio, Typography } from 'antd'
import { useState } from 'react'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { api, EntityForm, Failure, Loading, NameFields, problemText, read, request, useCityState, useText, type Schema, type Text } from '../kernel'
import { useEnter, useSessionQuery } from '../kernel/session'
import { Gate } from './Gate'
import { useEntranceTexts } from './texts'

type Body = Schema<'SetUpInputBody'>
type Values = Omit<Body, 'link_token'> & { repeat: string }

/** Sets the city up from the one-time link: its name, its bureau, its administrator; then the plan. */
export function SetUp() {
  const t = useEntranceTexts()
  const [params] = useSearchParams()
  const state = useCityState()
  const session = useSessionQuery()
  const [done, setDone] = useState(false)
  const token = params.get('token') ?? ''
  if (state.error) return <Gate title={t('setUp.title')}><Failure problem={state.error} retry={() => void state.refetch()} /></Gate>
  if (!state.data || session.isPending) return <Gate title={t('setUp.title')}><Loading rows={3} /></Gate>
  if (done && session.data) return session.data.nav.some((item) => item.path.startsWith('/plan')) ? <ChoosePlan /> : <Navigate to="/" replace />
  if (state.data.set_up) return <Navigate to="/" replace />
  if (!token) {
    return (
      <Gate title={t('setUp.title')}>
        <Alert type="info" showIcon title={t('setUp.noLink')} description={t('setUp.noLinkNote')} />
      </Gate>
    )
  }
  return <City token={token} passwordMin={state.data.password_min} done={() => setDone(true)} />
}

function City({ token, passwordMin, done }: { token: string; passwordMin: number; done: () => void }) {
  const t = useEntranceTexts()
  const enter = useEnter()
  const submit = async ({ repeat: _, ...values }: Values) => {
    const body: Body = { ...values, link_token: token, city: both(values.city), organisation: both(values.organisation) }
    const session = await read(api.POST('/api/system/set-up', { body }))
    done()
    enter(session)
  }
  return (
    <Gate title={t('setUp.title')} note={t('setUp.note')} wide>
      <EntityForm<Values> submit={submit} submitLabel={t('setUp.submit')} wide>
        <Typography.Title level={2}>{t('setUp.city')}</Typography.Title>
        <NameFields name="city" label={t('setUp.cityName')} required />
        <NameFields name="organisation" label={t('setUp.bureau')} required />
        <Typography.Title level={2}>{t('setUp.administrator')}</Typography.Title>
        <div className="lh-pair">
          <Form.Item name={['administrator', 'name']} label={t('setUp.person')} rules={[{ required: true, whitespace: true, message: t('setUp.personMissing') }]}>
            <Input autoComplete="name" maxLength={100} />
          </Form.Item>
          <Form.Item name={['administrator', 'login']} label={t('signIn.login')} extra={t('setUp.loginForm')} rules={[{ required: true, message: t('signIn.loginMissing') }]}>
            <Input autoComplete="username" autoCapitalize="none" maxLength={64} />
          </Form.Item>
          <Form.Item
            name={['administrator', 'password']}
            label={t('signIn.password')}
            extra={t('setUp.passwordForm', { min: passwordMin })}
            rules={[{ required: true, min: passwordMin, message: t('setUp.passwordForm', { min: passwordMin }) }]}
          >
            <Input.Password autoComplete="new-password" maxLength={200} />
          </Form.Item>
          <Form.Item
            name="repeat"
            label={t('setUp.repeat')}
            dependencies={[['administrator', 'password']]}
            rules={[
              ({ getFieldValue }) => ({
                validator: async (_, value: string) => {
                  if (value !== getFieldValue(['administrator', 'password'])) throw new Error(t('setUp.repeatWrong'))
                },
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" maxLength={200} />
          </Form.Item>
        </div>
      </EntityForm>
    </Gate>
  )
}

/** The server wants both languages; a name in one stands for the other until it is given. */
function both(name: Partial<Text>): Text {
  const [zh, en] = [name.zh?.trim() ?? '', name.en?.trim() ?? '']
  return { zh: zh || en, en: en || zh }
}

interface Template {
  id: string
  title: Text
  note: Text
  from: string
  to: string
  targets: number
}

interface Choice {
  template: string
  from?: string
  to?: string
}

/** Lets the administrator begin with a plan; skipped where this installation has no room for plans. */
function ChoosePlan() {
  const t = useEntranceTexts()
  const text = useText()
  const go = useNavigate()
  const [problem, setProblem] = useState<unknown>(null)
  const templates = useQuery({
    queryKey: ['plan', 'templates'],
    queryFn: async () => (await request<{ items: Template[] }>('/api/plan/templates')).items,
  })
  if (templates.isPending) return <Gate title={t('setUp.plan')}><Loading rows={3} /></Gate>
  if (templates.data?.length === 0) return <Navigate to="/" replace />
  const first = templates.data?.[0]
  const submit = async ({ template, from, to }: Choice) => {
    setProblem(null)
    try {
      if (template) await request('/api/plan/plans', { method: 'POST', body: { template, from, to } })
      await go('/')
    } catch (error) {
      setProblem(error)
    }
  }
  return (
    <Gate title={t('setUp.plan')} note={t('setUp.planNote')} wide>
      {templates.error && <Failure problem={templates.error} retry={() => void templates.refetch()} />}
      {problem !== null && <Alert type="error" showIcon title={problemText(problem)} className="lh-form-problem" />}
      <EntityForm<Choice> submit={submit} initial={{ template: first?.id ?? '', from: first?.from, to: first?.to }} submitLabel={t('setUp.planSubmit')} wide>
        <Form.Item name="template" label={t('setUp.plan')} className="lh-choices">
          <Radio.Group>
            {templates.data?.map((x) => (
              <Radio key={x.id} value={x.id}>
                <strong>{text(x.title)}</strong>
                <div className="lh-choice-note">
                  {text(x.note)} {t('setUp.planSize', { targets: x.targets, from: x.from, to: x.to })}
                </div>
              </Radio>
            ))}
            <Radio value="">
              <strong>{t('setUp.noPlan')}</strong>
              <div className="lh-choice-note">{t('setUp.noPlanNote')}</div>
            </Radio>
          </Radio.Group>
        </Form.Item>
        <Period />
      </EntityForm>
    </Gate>
  )
}

/** The period of the plan; a period that is over can be judged but no longer forecast, and says so before it is chosen. */
function Period() {
  const t = useEntranceTexts()
  const template = Form.useWatch<string>('template')
  const to = Form.useWatch<string>('to')
  if (!template) return null
  return (
    <>
      <div className="lh-pair">
        <Form.Item name="from" label={t('setUp.from')} rules={[{ required: true, message: t('setUp.periodMissing') }]}>
          <Input type="date" />
        </Form.Item>
        <Form.Item name="to" label={t('setUp.to')} rules={[{ required: true, message: t('setUp.periodMissing') }]}>
          <Input type="date" />
        </Form.Item>
      </div>
      {to && new Date(to) < new Date() && <Alert type="info" showIcon title={t('setUp.periodOver')} className="lh-form-problem" />}
    </>
  )
}
