import { Alert, Form, Input } from 'antd'
import { useNavigate } from 'react-router'
import { EntityForm, type Session } from '../kernel'
import { Gate } from './Gate'
import { LeaveButton } from './Proof'
import { useEntranceTexts } from './texts'

const secretOf = (link: string) => link.split('#')[1]?.trim() ?? ''

/** For who belongs to no organisation: an invitation leads on. */
export function AlonePage({ session }: { session: Session }) {
  const t = useEntranceTexts()
  const go = useNavigate()
  const follow = async ({ link }: { link: string }) => go(`/invitation#${secretOf(link)}`)
  return (
    <Gate title={t('alone.title')} note={session.person.name} wide>
      <div className="lh-stack">
        <Alert type="info" showIcon title={t('alone.why')} />
        <EntityForm<{ link: string }> submit={follow} submitLabel={t('alone.follow')}>
          <Form.Item name="link" label={t('alone.link')} rules={[{ validator: async (_, v: string | undefined) => { if (!secretOf(v ?? '')) throw new Error(t('alone.noLink')) } }]}>
            <Input maxLength={500} autoComplete="off" />
          </Form.Item>
        </EntityForm>
      </div>
      <LeaveButton />
    </Gate>
  )
}
