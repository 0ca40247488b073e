import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Flex, Tag } from 'antd'
import { useEffect } from 'react'
import { useSearchParams } from 'react-router'
import { api, Failure, LinkButton, Loading, problemText, read, useSession, useText } from '../../kernel'
import { useEnter, useProven } from '../../kernel/session'
import { Gate } from '../Gate'
import { ProofForm, useAct } from '../Proof'
import { leaveFor, type Asked } from './data'
import { useProgramTexts } from './texts'
import { Wishes } from './Wishes'

/** What a program asks for, and whether the person lets it in. */
export default function Authorize() {
  const t = useProgramTexts()
  const [params] = useSearchParams()
  const id = params.get('request') ?? ''
  const session = useSession()
  const asked = useQuery({
    queryKey: ['oidc', 'request', id, session.organisation.id],
    queryFn: () => read(api.GET('/api/oidc/requests/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    gcTime: 0,
    staleTime: Infinity,
  })
  const request = asked.data
  return (
    <Gate title={t('ask.title')}>
      {asked.isPending && id !== '' && <Loading />}
      {id === '' && <Alert type="error" showIcon title={t('problems.request.over')} />}
      {asked.error && <Failure problem={asked.error} />}
      {request && <Step request={request} id={id} again={() => void asked.refetch()} />}
    </Gate>
  )
}

function Step({ request, id, again }: { request: Asked; id: string; again: () => void }) {
  const t = useProgramTexts()
  const session = useSession()
  const proven = useProven()
  switch (request.need) {
    case 'proof':
      return (
        <div className="lh-stack">
          <Alert type="info" showIcon title={t('ask.proof')} />
          <ProofForm session={session} done={(next) => { proven(next); again() }} />
          <Refuse id={id} />
        </div>
      )
    case 'account':
      return (
        <div className="lh-stack">
          <Alert type="warning" showIcon title={t('ask.account')} description={t('ask.accountNote', { person: session.person.name })} />
          <Flex gap={8} wrap><OtherAccount /><Refuse id={id} /></Flex>
        </div>
      )
    case 'factor':
      return (
        <div className="lh-stack">
          <Alert type="warning" showIcon title={t('ask.factor')} description={t('ask.factorNote')} />
          <Flex gap={8} wrap><LinkButton type="primary" to="/profile">{t('ask.addFactor')}</LinkButton><Refuse id={id} /></Flex>
        </div>
      )
    case 'consent':
      return <Consent request={request} id={id} />
    default:
      return <Onwards id={id} />
  }
}

function useDecision(id: string) {
  return async (allow: boolean) => {
    const { redirect } = await read(api.POST('/api/oidc/requests/{id}/decision', { params: { path: { id } }, body: { allow } }))
    leaveFor(redirect)
  }
}

/** Nothing is left to be asked: back to the program. */
function Onwards({ id }: { id: string }) {
  const t = useProgramTexts()
  const decide = useDecision(id)
  const { problem, act } = useAct(() => decide(true))
  useEffect(() => {
    void act()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once: the request is for one use
  }, [])
  if (problem !== null) return <Alert type="error" showIcon role="alert" title={problemText(problem)} />
  return <div role="status"><Loading /> {t('ask.leaving')}</div>
}

function Consent({ request, id }: { request: Asked; id: string }) {
  const t = useProgramTexts()
  const text = useText()
  const session = useSession()
  const decide = useDecision(id)
  const allow = useAct(() => decide(true))
  const organisation = text(request.organisation)
  return (
    <div className="lh-stack">
      <div>
        {t('ask.wants', { name: text(request.program.name) })} {request.program.own && <Tag>{t('ask.own')}</Tag>}
      </div>
      <Wishes scopes={request.scopes} />
      <div>{t('ask.as', { person: session.person.name, organisation })} {request.host && t('ask.back', { host: request.host })}</div>
      <div className="lh-muted">{t('ask.withdraw')}</div>
      {allow.problem !== null && <Alert type="error" showIcon role="alert" title={problemText(allow.problem)} />}
      <Flex gap={8} wrap>
        <Button type="primary" loading={allow.busy} onClick={() => void allow.act()}>{t('ask.allow')}</Button>
        <Refuse id={id} />
        <OtherAccount />
      </Flex>
    </div>
  )
}

function Refuse({ id }: { id: string }) {
  const t = useProgramTexts()
  const decide = useDecision(id)
  const { busy, act } = useAct(() => decide(false))
  return <Button loading={busy} onClick={() => void act()}>{t('ask.refuse')}</Button>
}

/** Signs out and comes back here by way of the sign-in page. */
function OtherAccount() {
  const t = useProgramTexts()
  const enter = useEnter()
  const { busy, act } = useAct(async () => {
    await read(api.POST('/api/system/sign-out'))
    enter(null)
  })
  return <Button type="link" loading={busy} onClick={() => void act()}>{t('ask.other')}</Button>
}
