import { LoginOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { api, Problem, problemText, read, useText, type Schema } from '../../kernel'
import { useAct } from '../Proof'
import { leaveFor } from './data'
import { useProgramTexts } from './texts'

type Way = Schema<'OidcWay'>

/** Providers by whose word one can sign in; empty while there are none. */
export function useWays(): Way[] {
  const ways = useQuery({ queryKey: ['oidc', 'ways'], queryFn: () => read(api.GET('/api/oidc/sign-in')), staleTime: 60_000 })
  return ways.data?.items ?? []
}

/** Goes to a provider to sign in, and comes back to next. */
export function WayButton({ way, next }: { way: Way; next: string }) {
  const t = useProgramTexts()
  const text = useText()
  const { busy, problem, act } = useAct(async () => {
    leaveFor((await read(api.POST('/api/oidc/sign-in/{id}', { params: { path: { id: way.id } }, body: { next } }))).redirect)
  })
  return (
    <div className="lh-stack">
      {problem !== null && <Alert type="error" showIcon role="alert" title={problemText(problem)} />}
      <Button block icon={<LoginOutlined />} loading={busy} onClick={() => void act()}>{t('links.signIn', { name: text(way.name) })}</Button>
    </div>
  )
}

/** Why a provider's answer was refused: the key comes in the address, the words are ours. */
export function LoginProblem({ problem }: { problem: string | null }) {
  if (!problem || !/^oidc\.login\.\w+$/.test(problem)) return null
  return <Alert type="error" showIcon role="alert" title={problemText(new Problem({ status: 403, key: problem, detail: problem }))} className="lh-form-problem" />
}
