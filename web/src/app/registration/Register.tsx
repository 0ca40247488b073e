import { Alert } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, EntityForm, Failure, LinkButton, Loading, read, useLanguage } from '../../kernel'
import { Gate } from '../Gate'
import { useEntranceTexts } from '../texts'
import { bodyOf, Fields, useRegistrationForm, type Values } from './Fields'

/** The form by which an organisation asks to join. */
export function Register() {
  const t = useEntranceTexts()
  const language = useLanguage()
  const form = useRegistrationForm()
  const [secret, setSecret] = useState('')
  if (form.error) return <Gate title={t('register.title')}><Failure problem={form.error} retry={() => void form.refetch()} /></Gate>
  if (!form.data) return <Gate title={t('register.title')}><Loading rows={5} /></Gate>
  if (secret) return <Sent secret={secret} />
  const data = form.data
  const submit = async (v: Values) => setSecret((await read(api.POST('/api/system/registration', { body: bodyOf(v, data) }))).secret)
  return (
    <Gate title={t('register.title')} note={t('register.note')} wide>
      <EntityForm<Values> initial={{ kind: 'enterprise', language }} submit={submit} submitLabel={t('register.submit')} wide extra={<LinkButton to="/sign-in">{t('register.toSignIn')}</LinkButton>}>
        <Fields form={data} />
      </EntityForm>
    </Gate>
  )
}

function Sent({ secret }: { secret: string }) {
  const t = useEntranceTexts()
  return (
    <Gate title={t('register.sent')} wide>
      <div className="lh-stack">
        <Alert type="success" showIcon role="status" title={t('register.sentNote')} description={t('register.keepLink')} />
        <CopyBlock text={`${window.location.origin}/registration#${secret}`} label={t('register.link')} oneLine />
        <div>
          <LinkButton type="primary" to={`/registration#${secret}`}>{t('register.look')}</LinkButton>
        </div>
      </div>
    </Gate>
  )
}
