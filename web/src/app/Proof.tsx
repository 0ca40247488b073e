import { KeyOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input, Modal } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { answerStepUp, api, EntityForm, passkeysWork, problemText, read, signWithPasskey, useSession, type Session } from '../kernel'
import { useEnter, useProven } from '../kernel/session'
import { Gate } from './Gate'
import { useEntranceTexts } from './texts'

type Method = 'totp' | 'passkey' | 'recovery' | 'password'

/** The factors that a person can prove, best first. */
function methodsOf(session: Session): Method[] {
  const { totp, passkeys, recovery } = session.factors
  if (!totp && passkeys === 0) return ['password']
  const methods: Method[] = []
  if (passkeys > 0 && passkeysWork()) methods.push('passkey')
  if (totp) methods.push('totp')
  if (recovery > 0) methods.push('recovery')
  return methods
}

/** Proves one of the person's factors; done gets the session as it is then. */
export function ProofForm({ session, done, cancel }: { session: Session; done: (session: Session) => void; cancel?: () => void }) {
  const t = useEntranceTexts()
  const methods = methodsOf(session)
  const [method, setMethod] = useState<Method>(methods[0] ?? 'recovery')
  const others = methods.filter((m) => m !== method)
  return (
    <>
      {method === 'passkey' ? <PasskeyProof done={done} /> : <CodeProof key={method} method={method} done={done} {...(cancel ? { cancel } : {})} />}
      {others.length > 0 && (
        <div className="lh-other-ways">
          {others.map((m) => (
            <Button key={m} type="link" size="small" onClick={() => setMethod(m)}>{t(`proof.use.${m}`)}</Button>
          ))}
        </div>
      )}
    </>
  )
}

function CodeProof({ method, done, cancel }: { method: Exclude<Method, 'passkey'>; done: (session: Session) => void; cancel?: () => void }) {
  const t = useEntranceTexts()
  const submit = async ({ code }: { code: string }) => done(await read(api.POST('/api/system/session/proof', { body: { method, code } })))
  const label = t(`proof.label.${method}`)
  return (
    <EntityForm<{ code: string }> submit={submit} submitLabel={t('proof.submit')} {...(cancel ? { cancel } : {})}>
      <Form.Item name="code" label={label} extra={t(`proof.note.${method}`)} rules={[{ required: true, message: t('proof.missing', { label }) }]}>
        {method === 'password' ? (
          <Input.Password autoComplete="current-password" maxLength={200} />
        ) : (
          <Input autoComplete="one-time-code" inputMode={method === 'totp' ? 'numeric' : 'text'} maxLength={40} className="lh-one-time" autoCapitalize="none" />
        )}
      </Form.Item>
    </EntityForm>
  )
}

function PasskeyProof({ done }: { done: (session: Session) => void }) {
  const t = useEntranceTexts()
  const { busy, problem, act } = useAct(async () => {
    const answer = await signWithPasskey(await read(api.POST('/api/system/session/passkey-challenge')))
    done(await read(api.POST('/api/system/session/passkey-proof', { body: answer })))
  })
  return (
    <div className="lh-stack">
      {problem !== null && <Alert type="error" showIcon role="alert" title={problemText(problem)} />}
      <div>{t('proof.note.passkey')}</div>
      <div>
        <Button type="primary" icon={<KeyOutlined />} loading={busy} onClick={() => void act()}>{t('proof.passkey')}</Button>
      </div>
    </div>
  )
}

/** Runs something that a button does, and keeps why it failed. */
export function useAct(run: () => Promise<void>) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const act = async () => {
    setBusy(true)
    setProblem(null)
    try {
      await run()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, act }
}

/** The second half of signing in: proves the second factor. */
export function ProvePage({ session }: { session: Session }) {
  const t = useEntranceTexts()
  const enter = useEnter()
  return (
    <Gate title={t('proof.title')} note={t('proof.who', { name: session.person.name })}>
      <ProofForm session={session} done={enter} />
      <LeaveButton />
    </Gate>
  )
}

/** Signs out of a session that owes a factor still. */
export function LeaveButton() {
  const t = useEntranceTexts()
  const enter = useEnter()
  const { busy, act } = useAct(async () => {
    await read(api.POST('/api/system/sign-out'))
    enter(null)
  })
  return (
    <div className="lh-other-ways">
      <Button type="link" size="small" loading={busy} onClick={() => void act()}>{t('proof.leave')}</Button>
    </div>
  )
}

/** Asks for a fresh factor when the server wants one, and lets the request be repeated. */
export function StepUp() {
  const t = useEntranceTexts()
  const session = useSession()
  const proven = useProven()
  const [open, setOpen] = useState(false)
  const settle = useRef<((ok: boolean) => void) | null>(null)
  useEffect(() => answerStepUp(() => new Promise((resolve) => {
    settle.current?.(false)
    settle.current = resolve
    setOpen(true)
  })), [])
  const close = (ok: boolean) => {
    setOpen(false)
    settle.current?.(ok)
    settle.current = null
  }
  return (
    <Modal open={open} title={t('stepUp.title')} footer={null} onCancel={() => close(false)} destroyOnHidden zIndex={1200}>
      <p className="lh-muted">{t('stepUp.note')}</p>
      <ProofForm session={session} done={(next) => { proven(next); close(true) }} cancel={() => close(false)} />
    </Modal>
  )
}
