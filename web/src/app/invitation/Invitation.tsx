import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Checkbox, Descriptions, Form, Input } from 'antd'
import { useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { api, Confirm, EntityForm, Failure, Loading, problemText, read, useFormat, useLanguage, useText, type Schema } from '../../kernel'
import { useEnter } from '../../kernel/session'
import { Gate } from '../Gate'
import { useAct } from '../Proof'
import { useEntranceTexts } from '../texts'

/** Where the secret waits while its holder signs in; it never gets into an address that a server sees. */
const kept = 'linghang.invitation'

type View = Schema<'SystemInvitationView'>

/** The page of an invitation, which its secret link opens. */
export function Invitation() {
  const t = useEntranceTexts()
  const secret = useLocation().hash.slice(1) || sessionStorage.getItem(kept) || ''
  const [declined, setDeclined] = useState(false)
  const own = useQuery({
    queryKey: ['invitation', secret],
    queryFn: () => read(api.GET('/api/system/invitation', { params: { header: { 'X-Invitation-Secret': secret } } })),
    enabled: secret !== '',
    retry: false,
  })
  if (!secret) return <Gate title={t('invitation.title')}><Alert type="info" showIcon title={t('invitation.noLink')} /></Gate>
  if (declined) return <Gate title={t('invitation.title')}><Alert type="success" showIcon role="status" title={t('invitation.declined')} /></Gate>
  if (own.error) return <Gate title={t('invitation.title')}><Failure problem={own.error} retry={() => void own.refetch()} /></Gate>
  if (!own.data) return <Gate title={t('invitation.title')}><Loading rows={4} /></Gate>
  return <Shown invitation={own.data} secret={secret} declined={() => setDeclined(true)} />
}

function Shown({ invitation: i, secret, declined }: { invitation: View; secret: string; declined: () => void }) {
  const t = useEntranceTexts()
  const text = useText()
  const f = useFormat()
  const decline = async () => {
    await read(api.POST('/api/system/invitation/refusal', { params: { header: { 'X-Invitation-Secret': secret } } }))
    declined()
  }
  return (
    <Gate title={t(i.founds ? 'invitation.found' : 'invitation.to', { organisation: text(i.organisation) })} wide>
      <div className="lh-stack">
        {i.founds && <Alert type="info" showIcon title={t('invitation.founds', { organisation: text(i.organisation) })} />}
        <Descriptions
          size="small"
          column={1}
          items={[
            ...(i.founds ? [{ key: 'uscc', label: t('invitation.uscc'), children: <span className="lh-code">{i.uscc}</span> }] : []),
            { key: 'role', label: t('invitation.role'), children: text(i.role_title) },
            { key: 'by', label: t('invitation.by'), children: i.invited_by },
            ...(i.note ? [{ key: 'note', label: t('invitation.words'), children: i.note }] : []),
            { key: 'until', label: t('invitation.until'), children: f.time(i.expires_at) },
          ]}
        />
        {i.signed_in && !i.prepared ? <AsSelf name={i.signed_in} secret={secret} /> : <NewAccount invitation={i} secret={secret} />}
        <div className="lh-other-ways">
          <Confirm title={t('invitation.declineTitle')} note={t('invitation.declineNote')} label={t('invitation.decline')} button={{ type: 'link', size: 'small' }} danger={false} run={decline} />
        </div>
      </div>
    </Gate>
  )
}

function AsSelf({ name, secret }: { name: string; secret: string }) {
  const t = useEntranceTexts()
  const enter = useEnter()
  const go = useNavigate()
  const { busy, problem, act } = useAct(async () => {
    enter(await read(api.POST('/api/system/invitation/acceptance', { params: { header: { 'X-Invitation-Secret': secret } } })))
    sessionStorage.removeItem(kept)
    void go('/')
  })
  return (
    <div className="lh-stack">
      {problem !== null && <Alert type="error" showIcon role="alert" title={problemText(problem)} />}
      <p>{t('invitation.signedIn', { name })}</p>
      <div><Button type="primary" loading={busy} onClick={() => void act()}>{t('invitation.accept')}</Button></div>
    </div>
  )
}

interface Values {
  login?: string
  name?: string
  email?: string
  password: string
  consent: boolean
}

function NewAccount({ invitation: i, secret }: { invitation: View; secret: string }) {
  const t = useEntranceTexts()
  const text = useText()
  const language = useLanguage()
  const enter = useEnter()
  const go = useNavigate()
  const missing = (label: string) => [{ required: true, whitespace: true, message: t('proof.missing', { label }) }]
  const password = { required: true, min: i.password_min, message: t('setUp.passwordForm', { min: i.password_min }) }
  const toSignIn = () => {
    sessionStorage.setItem(kept, secret)
    void go('/sign-in?next=/invitation')
  }
  const submit = async (v: Values) => {
    const body = { login: v.login ?? '', name: v.name ?? '', email: v.email?.trim() ?? '', password: v.password, language, consent: v.consent ? i.consent_version : '' }
    enter(await read(api.POST('/api/system/invitation/account', { params: { header: { 'X-Invitation-Secret': secret } }, body })))
    void go('/')
  }
  return (
    <>
      {i.prepared ? (
        <Alert type="info" showIcon title={t('invitation.prepared', { login: i.prepared })} />
      ) : (
        <p>{t('invitation.have')} <Button type="link" size="small" onClick={toSignIn}>{t('invitation.signIn')}</Button></p>
      )}
      <EntityForm<Values> initial={{ email: i.email }} submit={submit} submitLabel={t(i.prepared ? 'invitation.open' : 'invitation.make')} wide>
        <div className="lh-pair">
          {!i.prepared && (
            <>
              <Form.Item name="name" label={t('setUp.person')} rules={missing(t('setUp.person'))}>
                <Input maxLength={100} autoComplete="name" />
              </Form.Item>
              <Form.Item name="login" label={t('signIn.login')} extra={t('setUp.loginForm')} rules={missing(t('signIn.login'))}>
                <Input maxLength={64} autoCapitalize="none" autoComplete="username" />
              </Form.Item>
            </>
          )}
          <Form.Item name="email" label={t('register.email')}>
            <Input maxLength={200} inputMode="email" autoComplete="email" />
          </Form.Item>
          <Form.Item name="password" label={t('signIn.password')} extra={password.message} rules={[password]}>
            <Input.Password maxLength={200} autoComplete="new-password" />
          </Form.Item>
        </div>
        <p className="lh-muted">{text(i.consent_text)}</p>
        <Form.Item name="consent" valuePropName="checked" rules={[{ validator: async (_, v: boolean) => { if (!v) throw new Error(t('register.consentMissing')) } }]}>
          <Checkbox>{t('register.consent')}</Checkbox>
        </Form.Item>
      </EntityForm>
    </>
  )
}
