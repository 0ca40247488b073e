import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Descriptions } from 'antd'
import { useLocation } from 'react-router'
import { api, EntityForm, Failure, LinkButton, Loading, read, StatusTag, useFormat, useText, type Schema, type Tone } from '../../kernel'
import { Gate } from '../Gate'
import { useEntranceTexts } from '../texts'
import { bodyOf, Fields, useRegistrationForm, type Values } from './Fields'

type Registration = Schema<'IdentityRegistration'>

/** How a registration looks in each state. */
export const registrationTones: Record<Registration['state'], Tone> = { submitted: 'info', returned: 'warn', approved: 'good', refused: 'bad' }

/** The page of an application, which its secret link opens. */
export function RegistrationStatus() {
  const t = useEntranceTexts()
  const secret = useLocation().hash.slice(1)
  const own = useQuery({
    queryKey: ['registration', 'own', secret],
    queryFn: () => read(api.GET('/api/system/registration', { params: { header: { 'X-Registration-Secret': secret } } })),
    enabled: secret !== '',
  })
  if (!secret) return <Gate title={t('register.statusTitle')}><Alert type="info" showIcon title={t('register.noLink')} /></Gate>
  if (own.error) return <Gate title={t('register.statusTitle')}><Failure problem={own.error} retry={() => void own.refetch()} /></Gate>
  if (!own.data) return <Gate title={t('register.statusTitle')}><Loading rows={4} /></Gate>
  return <Shown registration={own.data} secret={secret} />
}

function Shown({ registration: r, secret }: { registration: Registration; secret: string }) {
  const t = useEntranceTexts()
  const text = useText()
  const f = useFormat()
  return (
    <Gate title={t('register.statusTitle')} wide>
      <div className="lh-stack">
        <Alert type={r.state === 'approved' ? 'success' : r.state === 'submitted' ? 'info' : 'warning'} showIcon title={t(`register.says.${r.state}`)} description={r.reason || undefined} />
        <Descriptions
          size="small"
          column={1}
          items={[
            { key: 'name', label: t('register.name'), children: text(r.name) },
            { key: 'uscc', label: t('register.uscc'), children: <span className="lh-code">{r.uscc}</span> },
            { key: 'state', label: t('register.state'), children: <StatusTag tone={registrationTones[r.state]}>{t(`register.states.${r.state}`)}</StatusTag> },
            { key: 'at', label: t('register.submitted'), children: f.time(r.submitted_at) },
          ]}
        />
        {r.state === 'approved' && <div><LinkButton type="primary" to="/sign-in">{t('signIn.title')}</LinkButton></div>}
        {r.state === 'returned' && <Again registration={r} secret={secret} />}
      </div>
    </Gate>
  )
}

function Again({ registration: r, secret }: { registration: Registration; secret: string }) {
  const t = useEntranceTexts()
  const queries = useQueryClient()
  const form = useRegistrationForm()
  if (!form.data) return <Loading rows={3} />
  const data = form.data
  const submit = async (v: Values) => {
    await read(api.PUT('/api/system/registration', { params: { header: { 'X-Registration-Secret': secret } }, body: bodyOf(v, data) }))
    await queries.invalidateQueries({ queryKey: ['registration', 'own'] })
  }
  const { kind, name, uscc, district, contact_name, contact_phone, contact_email, login, language } = r
  const initial = { kind, name, uscc, district, contact_name, contact_phone, contact_email, login, language: language === 'en' ? 'en' : 'zh' } as Partial<Values>
  return (
    <EntityForm<Values> initial={initial} submit={submit} submitLabel={t('register.again')} wide>
      <Fields form={data} again />
    </EntityForm>
  )
}
