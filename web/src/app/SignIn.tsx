import { KeyOutlined } from '@ant-design/icons'
import { Alert, Button, Divider, Form, Input } from 'antd'
import { Navigate, useSearchParams } from 'react-router'
import { api, EntityForm, LinkButton, passkeysWork, problemText, read, signWithPasskey, useCityState, useText, type Session } from '../kernel'
import { useEnter, useSessionQuery } from '../kernel/session'
import { Gate } from './Gate'
import { LoginProblem, useWays, WayButton } from './oidc/Ways'
import { useAct } from './Proof'
import { safeNext } from './places'
import { useEntranceTexts } from './texts'

interface Values {
  login: string
  password: string
}

/** Signs a person in with login and password. */
export function SignIn() {
  const t = useEntranceTexts()
  const text = useText()
  const enter = useEnter()
  const [params] = useSearchParams()
  const state = useCityState()
  const session = useSessionQuery()
  const ways = useWays()
  if (state.data && !state.data.set_up) return <Navigate to="/set-up" replace />
  if (session.data) return <Navigate to={safeNext(params.get('next'))} replace />
  const submit = async (values: Values) => enter(await read(api.POST('/api/system/sign-in', { body: values })))
  return (
    <Gate title={t('signIn.title')} note={text(state.data?.city)}>
      <LoginProblem problem={params.get('problem')} />
      <EntityForm<Values> submit={submit} submitLabel={t('signIn.submit')}>
        <Form.Item name="login" label={t('signIn.login')} rules={[{ required: true, message: t('signIn.loginMissing') }]}>
          <Input autoComplete="username" autoCapitalize="none" />
        </Form.Item>
        <Form.Item name="password" label={t('signIn.password')} rules={[{ required: true, message: t('signIn.passwordMissing') }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
      </EntityForm>
      {(passkeysWork() || ways.length > 0) && <Divider plain>{t('signIn.or')}</Divider>}
      <div className="lh-stack">
        {passkeysWork() && <PasskeySignIn enter={enter} />}
        {ways.map((way) => <WayButton key={way.id} way={way} next={safeNext(params.get('next'))} />)}
      </div>
      <p className="lh-gate-more"><LinkButton type="link" to="/register">{t('register.title')}</LinkButton></p>
    </Gate>
  )
}

/** Signs in with a passkey alone. */
function PasskeySignIn({ enter }: { enter: (session: Session) => void }) {
  const t = useEntranceTexts()
  const { busy, problem, act } = useAct(async () => {
    const answer = await signWithPasskey(await read(api.POST('/api/system/sign-in/passkey-challenge')))
    enter(await read(api.POST('/api/system/sign-in/passkey', { body: answer })))
  })
  return (
    <div className="lh-stack">
      {problem !== null && <Alert type="error" showIcon role="alert" title={problemText(problem)} />}
      <Button block icon={<KeyOutlined />} loading={busy} onClick={() => void act()}>{t('signIn.passkey')}</Button>
    </div>
  )
}
