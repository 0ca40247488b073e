import { Alert, Button, Flex } from 'antd'
import { useSearchParams } from 'react-router'
import { api, LinkButton, problemText, read } from '../../kernel'
import { Gate } from '../Gate'
import { useAct } from '../Proof'
import { leaveFor } from './data'
import { useProgramTexts } from './texts'

/** Asks whether to sign out when a program sent the browser here for it. */
export default function SignOut() {
  const t = useProgramTexts()
  const [params] = useSearchParams()
  const { busy, problem, act } = useAct(async () => {
    const body = { client_id: params.get('client_id') ?? '', post_logout_redirect_uri: params.get('post_logout_redirect_uri') ?? '', state: params.get('state') ?? '' }
    leaveFor((await read(api.POST('/api/oidc/sign-out', { body }))).redirect)
  })
  return (
    <Gate title={t('signOut.title')} note={t('signOut.ask')}>
      <div className="lh-stack">
        {problem !== null && <Alert type="error" showIcon role="alert" title={problemText(problem)} />}
        <Flex gap={8} wrap>
          <Button type="primary" loading={busy} onClick={() => void act()}>{t('signOut.yes')}</Button>
          <LinkButton to="/">{t('signOut.no')}</LinkButton>
        </Flex>
      </div>
    </Gate>
  )
}
