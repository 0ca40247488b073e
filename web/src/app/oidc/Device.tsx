import { Alert, Button, Flex, Form, Input } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, EntityForm, problemText, read, useSession, useText, type Schema } from '../../kernel'
import { Gate } from '../Gate'
import { useAct } from '../Proof'
import { useProgramTexts } from './texts'
import { Wishes } from './Wishes'

type Waiting = Schema<'OidcDeviceView'>

/** Lets a device in that shows a code. */
export default function Device() {
  const t = useProgramTexts()
  const [params] = useSearchParams()
  const [device, setDevice] = useState<Waiting | null>(null)
  const [outcome, setOutcome] = useState<'allowed' | 'refused' | null>(null)
  const find = async ({ code }: { code: string }) => setDevice(await read(api.GET('/api/oidc/devices/{id}', { params: { path: { id: code.trim() } } })))
  return (
    <Gate title={t('device.title')} note={device ? undefined : t('device.note')}>
      {outcome ? (
        <Alert type={outcome === 'allowed' ? 'success' : 'info'} showIcon role="status" title={t(`device.${outcome}`)} description={t(`device.${outcome}Note`)} />
      ) : device ? (
        <Decision device={device} decided={setOutcome} />
      ) : (
        <EntityForm<{ code: string }> initial={{ code: params.get('user_code') ?? '' }} submit={find} submitLabel={t('device.next')}>
          <Form.Item name="code" label={t('device.code')} extra={t('device.codeForm')} rules={[{ required: true, whitespace: true, message: t('programs.missing', { label: t('device.code') }) }]}>
            <Input maxLength={20} autoCapitalize="characters" autoComplete="off" className="lh-one-time" />
          </Form.Item>
        </EntityForm>
      )}
    </Gate>
  )
}

function Decision({ device, decided }: { device: Waiting; decided: (outcome: 'allowed' | 'refused') => void }) {
  const t = useProgramTexts()
  const text = useText()
  const session = useSession()
  const decide = async (allow: boolean) => {
    await read(api.POST('/api/oidc/devices/{id}/decision', { params: { path: { id: device.user_code } }, body: { allow } }))
    decided(allow ? 'allowed' : 'refused')
  }
  const allow = useAct(() => decide(true))
  const refuse = useAct(() => decide(false))
  const problem = allow.problem ?? refuse.problem
  return (
    <div className="lh-stack">
      <div>{t('device.wants', { name: text(device.program.name) })}</div>
      <Wishes scopes={device.scopes} />
      <div>{t('ask.as', { person: session.person.name, organisation: text(device.organisation) })}</div>
      <Alert type="warning" showIcon title={t('device.from', { ip: device.ip, code: device.user_code })} description={t('device.careful')} />
      {problem !== null && <Alert type="error" showIcon role="alert" title={problemText(problem)} />}
      <Flex gap={8} wrap>
        <Button type="primary" loading={allow.busy} onClick={() => void allow.act()}>{t('device.allow')}</Button>
        <Button loading={refuse.busy} onClick={() => void refuse.act()}>{t('device.refuse')}</Button>
      </Flex>
    </div>
  )
}
