import { KeyOutlined, MobileOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Flex, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import {
  api, Confirm, CopyBlock, createPasskey, EntityForm, Failure, Loading, passkeysWork, PlainTable, problemText, read, StatusTag, useChange, useFormat, useSession, type Schema, type Session,
} from '../../kernel'
import { sessionKey, useProven } from '../../kernel/session'
import { useSystemTexts } from './texts'

type Added = (session: Session, codes: string[]) => void

const passkeysKey = ['passkeys']

function usePasskeys() {
  return useQuery({ queryKey: passkeysKey, queryFn: () => read(api.GET('/api/system/me/passkeys')) })
}

/** What one can prove oneself with beside the password: adding, naming, removing. */
export function Factors() {
  const t = useSystemTexts()
  const { factors } = useSession()
  const proven = useProven()
  const [adding, setAdding] = useState(false)
  const [codes, setCodes] = useState<string[] | null>(null)
  const renew = useChange({ run: () => read(api.POST('/api/system/me/recovery-codes')), refresh: [sessionKey], after: (v) => setCodes(v.recovery_codes) })
  const any = factors.totp || factors.passkeys > 0
  const added: Added = (session, fresh) => {
    proven(session)
    setAdding(false)
    if (fresh.length > 0) setCodes(fresh)
  }
  return (
    <Card size="small" title={t('factors.title')} extra={<Button size="small" onClick={() => setAdding(true)}>{t('factors.add')}</Button>}>
      <div className="lh-stack">
        <div className="lh-muted">{t(any ? 'factors.note' : 'factors.none')}</div>
        {factors.totp && <Application />}
        <Passkeys />
        {any && (
          <Flex justify="space-between" align="center" gap={12} wrap>
            <span>{t('factors.recovery', { count: factors.recovery })}</span>
            <Confirm title={t('factors.renewTitle')} note={t('factors.renewNote')} label={t('factors.renew')} danger={false} button={{ size: 'small' }} run={() => renew.mutateAsync()} />
          </Flex>
        )}
      </div>
      <Drawer open={adding} onClose={() => setAdding(false)} title={t('factors.add')} size={560} destroyOnHidden>
        <NewFactor added={added} />
      </Drawer>
      <Modal open={codes !== null} title={t('factors.codesTitle')} footer={null} closable={false} destroyOnHidden>
        {codes && <RecoveryCodes codes={codes} done={() => setCodes(null)} />}
      </Modal>
    </Card>
  )
}

function Application() {
  const t = useSystemTexts()
  const remove = useChange({ run: () => read(api.DELETE('/api/system/me/totp')), refresh: [sessionKey], done: t('removed'), quiet: true })
  return (
    <Flex justify="space-between" align="center" gap={12} wrap>
      <StatusTag tone="good">{t('factors.totp')}</StatusTag>
      <Confirm title={t('factors.totpRemove')} label={t('remove')} button={{ size: 'small' }} run={() => remove.mutateAsync()} />
    </Flex>
  )
}

function Passkeys() {
  const t = useSystemTexts()
  const f = useFormat()
  const list = usePasskeys()
  const [named, setNamed] = useState<Schema<'IdentityPasskey'> | null>(null)
  const remove = useChange({
    run: (id: string) => read(api.DELETE('/api/system/me/passkeys/{id}', { params: { path: { id } } })),
    refresh: [passkeysKey, sessionKey], done: t('removed'), quiet: true,
  })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data || list.data.items.length === 0) return null
  return (
    <>
      <PlainTable<Schema<'IdentityPasskey'>>
        label={t('factors.passkeys')}
        rowKey={(p) => p.id}
        dataSource={list.data.items}
        columns={[
          { title: t('factors.passkey'), render: (_, p) => p.name },
          { title: t('profile.since'), responsive: ['md'], render: (_, p) => <span className="lh-number">{f.time(p.created_at)}</span> },
          { title: t('field.lastUsed'), responsive: ['sm'], render: (_, p) => <span className="lh-number">{f.time(p.used_at)}</span> },
          {
            title: t('field.actions'), align: 'right',
            render: (_, p) => (
              <span className="lh-actions">
                <Button size="small" onClick={() => setNamed(p)}>{t('factors.rename')}</Button>
                <Confirm title={t('factors.passkeyRemove', { name: p.name })} note={t('factors.passkeyRemoveNote')} label={t('remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(p.id)} />
              </span>
            ),
          },
        ]}
      />
      <Modal open={named !== null} title={t('factors.rename')} onCancel={() => setNamed(null)} footer={null} destroyOnHidden>
        {named && <Rename passkey={named} close={() => setNamed(null)} />}
      </Modal>
    </>
  )
}

function Rename({ passkey, close }: { passkey: Schema<'IdentityPasskey'>; close: () => void }) {
  const t = useSystemTexts()
  const save = useChange({
    run: (name: string) => read(api.PUT('/api/system/me/passkeys/{id}', { params: { path: { id: passkey.id } }, body: { name } })),
    refresh: [passkeysKey], done: t('saved'), after: close, quiet: true,
  })
  return (
    <EntityForm<{ renamed: string }> initial={{ renamed: passkey.name }} submit={(v) => save.mutateAsync(v.renamed)} cancel={close}>
      <Form.Item name="renamed" label={t('field.name')} rules={[{ required: true, whitespace: true, message: t('missing', { label: t('field.name') }) }]}>
        <Input maxLength={100} />
      </Form.Item>
    </EntityForm>
  )
}

/** Adds a passkey or an authenticator application. */
export function NewFactor({ added }: { added: Added }) {
  const t = useSystemTexts()
  const [totp, setTOTP] = useState(false)
  if (totp) return <NewApplication added={added} back={() => setTOTP(false)} />
  return (
    <div className="lh-stack">
      <NewPasskey added={added} />
      <section>
        <h3 className="lh-factor-title"><MobileOutlined /> {t('factors.totp')}</h3>
        <p className="lh-muted">{t('factors.totpNote')}</p>
        <Button onClick={() => setTOTP(true)}>{t('factors.totpBegin')}</Button>
      </section>
    </div>
  )
}

function NewPasskey({ added }: { added: Added }) {
  const t = useSystemTexts()
  const list = usePasskeys()
  const add = useChange({
    run: async (name: string) => {
      const answer = await createPasskey(await read(api.POST('/api/system/me/passkey-challenge')))
      return read(api.POST('/api/system/me/passkeys', { body: { ...answer, name } }))
    },
    refresh: [passkeysKey], after: (v) => added(v.session, v.recovery_codes), quiet: true,
  })
  const place = list.data?.place ?? window.location.origin
  const here = passkeysWork() && place === window.location.origin
  return (
    <section>
      <h3 className="lh-factor-title"><KeyOutlined /> {t('factors.passkey')}</h3>
      <p className="lh-muted">{t('factors.passkeyNote')}</p>
      {here ? (
        <EntityForm<{ passkey: string }> initial={{ passkey: t('factors.passkeyDefault') }} submit={(v) => add.mutateAsync(v.passkey)} submitLabel={t('factors.passkeyAdd')}>
          <Form.Item name="passkey" label={t('factors.passkeyName')} rules={[{ required: true, whitespace: true, message: t('missing', { label: t('factors.passkeyName') }) }]}>
            <Input maxLength={100} />
          </Form.Item>
        </EntityForm>
      ) : (
        <Alert type="info" showIcon title={t('factors.passkeyPlace', { place })} />
      )}
    </section>
  )
}

function NewApplication({ added, back }: { added: Added; back: () => void }) {
  const t = useSystemTexts()
  // A new secret for each time the form is opened: an earlier picture stops working.
  const begun = useQuery({ queryKey: ['totp', 'begin'], queryFn: () => read(api.POST('/api/system/me/totp')), staleTime: Infinity, gcTime: 0, retry: false, refetchOnMount: 'always', refetchOnWindowFocus: false })
  if (begun.error) {
    return (
      <div className="lh-stack">
        <Alert type="error" showIcon role="alert" title={problemText(begun.error)} />
        <div><Button onClick={back}>{t('factors.back')}</Button></div>
      </div>
    )
  }
  if (!begun.data) return <Loading rows={4} />
  const submit = async ({ code }: { code: string }) => {
    const v = await read(api.POST('/api/system/me/totp/confirmation', { body: { code } }))
    added(v.session, v.recovery_codes)
  }
  return (
    <div className="lh-stack">
      <ol className="lh-todo">
        <li>{t('factors.totpScan')}</li>
        <li>{t('factors.totpType')}</li>
      </ol>
      <img src={begun.data.qr} alt={t('factors.qr')} width={200} height={200} className="lh-qr" />
      <div className="lh-muted">{t('factors.totpSecret')}</div>
      <CopyBlock text={begun.data.secret} label={t('factors.secret')} oneLine />
      <EntityForm<{ code: string }> submit={submit} submitLabel={t('factors.totpConfirm')} cancel={back}>
        <Form.Item name="code" label={t('factors.code')} rules={[{ required: true, message: t('missing', { label: t('factors.code') }) }]}>
          <Input autoComplete="one-time-code" inputMode="numeric" maxLength={10} className="lh-one-time" />
        </Form.Item>
      </EntityForm>
    </div>
  )
}

/** Shows recovery codes, this once. */
export function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  const t = useSystemTexts()
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('factors.codesOnce')} />
      <CopyBlock text={codes.join('\n')} label={t('factors.codes')} />
      <div>
        <Button type="primary" onClick={done}>{t('factors.codesKept')}</Button>
      </div>
    </div>
  )
}
