import { useQuery } from '@tanstack/react-query'
import { Card, Flex, Form, Input, Select } from 'antd'
import { api, Confirm, EntityForm, Failure, PageHeader, read, StatusTag, useChange, useCityState, useFormat, useSession, useText, type Schema, PlainTable } from '../../kernel'
import { chooseLanguage, type Language } from '../../kernel/language'
import { sessionKey, useEnter } from '../../kernel/session'
import { LetIn } from '../oidc/LetIn'
import { Links } from '../oidc/Links'
import { useRoles } from './data'
import { Factors } from './Factors'
import { OwnData } from './OwnData'
import { useSystemTexts } from './texts'

/** Oneself: name, language, password, and where one is signed in. */
export default function Profile() {
  const t = useSystemTexts()
  return (
    <div className="lh-stack">
      <PageHeader title={t('profile.title')} />
      <div className="lh-columns">
        <Self />
        <Password />
      </div>
      <Factors />
      <Links />
      <LetIn />
      <Memberships />
      <OwnData />
      <Sessions />
    </div>
  )
}

function Self() {
  const t = useSystemTexts()
  const { person } = useSession()
  const save = useChange({
    run: (body: Schema<'SelfInputBody'>) => read(api.PUT('/api/system/me', { body: { ...body, email: body.email?.trim() ?? '' } })),
    refresh: [sessionKey],
    done: t('saved'),
    after: (_, { language }) => chooseLanguage(language as Language),
    quiet: true,
  })
  return (
    <Card size="small" title={t('profile.self')}>
      <EntityForm<Schema<'SelfInputBody'>> initial={{ name: person.name, email: person.email, language: person.language === 'en' ? 'en' : 'zh' }} submit={(v) => save.mutateAsync(v)}>
        <Form.Item name="name" label={t('field.person')} rules={[{ required: true, whitespace: true, message: t('missing', { label: t('field.person') }) }]}>
          <Input maxLength={100} autoComplete="name" />
        </Form.Item>
        <Form.Item name="email" label={t('field.email')}>
          <Input maxLength={200} autoComplete="email" />
        </Form.Item>
        <Form.Item name="language" label={t('field.language')} extra={t('profile.languageNote')}>
          <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
        </Form.Item>
      </EntityForm>
    </Card>
  )
}

interface PasswordValues {
  current: string
  new: string
  repeat: string
}

function Password() {
  const t = useSystemTexts()
  const state = useCityState()
  const min = state.data?.password_min ?? 10
  const [form] = Form.useForm<PasswordValues>()
  const save = useChange({
    run: (v: PasswordValues) => read(api.POST('/api/system/me/password', { body: { current: v.current, new: v.new } })),
    refresh: [['sessions']],
    done: t('profile.passwordChanged'),
    after: () => form.resetFields(),
    quiet: true,
  })
  return (
    <Card size="small" title={t('profile.password')}>
      <EntityForm<PasswordValues> form={form} submit={(v) => save.mutateAsync(v)} submitLabel={t('profile.changePassword')}>
        <Form.Item name="current" label={t('profile.current')} rules={[{ required: true, message: t('missing', { label: t('profile.current') }) }]}>
          <Input.Password autoComplete="current-password" maxLength={200} />
        </Form.Item>
        <Form.Item name="new" label={t('profile.new')} extra={t('persons.passwordNote', { min })} rules={[{ required: true, min, message: t('persons.passwordNote', { min }) }]}>
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <Form.Item
          name="repeat"
          label={t('profile.repeat')}
          rules={[({ getFieldValue }) => ({ validator: async (_, value: string) => { if (value !== getFieldValue('new')) throw new Error(t('profile.repeatWrong')) } })]}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
      </EntityForm>
    </Card>
  )
}

function Memberships() {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const enter = useEnter()
  const { memberships, organisation } = useSession()
  const places = [...new Map(memberships.map((m) => [m.organisation.id, m.organisation])).values()]
  const leave = useChange({
    run: (id: string) => read(api.POST('/api/system/me/leave', { body: { organisation_id: id } })),
    done: t('members.left'), after: enter, quiet: true,
  })
  const roles = useRoles()
  const own = (role: string) => {
    const titles: Record<string, string> = {
      administrator: t('role.administrator'), security_administrator: t('role.security_administrator'), officer: t('role.officer'), leader: t('role.leader'), auditor: t('role.auditor'), manager: t('role.manager'), reporter: t('role.reporter'), viewer: t('role.viewer'),
    }
    return titles[role] ?? roles.title(role)
  }
  return (
    <Card size="small" title={t('field.memberships')}>
      <ul className="lh-plain">
        {places.map((o) => (
          <li key={o.id}>
            <Flex justify="space-between" align="center" gap={8} wrap>
              <span>
                {text(o.name)} <span className="lh-muted">· {f.list(memberships.filter((m) => m.organisation.id === o.id).map((m) => own(m.role)))}</span>
              </span>
              <span className="lh-actions">
                {o.id === organisation.id && <StatusTag tone="good">{t('members.acting')}</StatusTag>}
                <Confirm title={t('members.leaveTitle', { organisation: text(o.name) })} note={t('members.leaveNote')} label={t('members.leave')} button={{ size: 'small' }} run={() => leave.mutateAsync(o.id)} />
              </span>
            </Flex>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Sessions() {
  const t = useSystemTexts()
  const f = useFormat()
  const how: Record<string, string> = { pwd: t('amr.pwd'), otp: t('amr.otp'), pop: t('amr.pop'), fed: t('amr.fed'), mfa: t('amr.mfa') }
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => read(api.GET('/api/system/sessions')) })
  const end = useChange({
    run: (id: string) => read(api.DELETE('/api/system/sessions/{id}', { params: { path: { id } } })),
    refresh: [['sessions']],
    quiet: true,
  })
  return (
    <Card size="small" title={t('profile.sessions')}>
      {sessions.error && <Failure problem={sessions.error} retry={() => void sessions.refetch()} />}
      <PlainTable<Schema<'IdentitySession'>>
        label={t('profile.sessions')}
        rowKey={(s) => s.id}
        dataSource={sessions.data?.items ?? []}
        loading={sessions.isPending}
        columns={[
          { title: t('profile.browser'), render: (_, s) => <span className="lh-prose" title={s.user_agent}>{browserOf(s.user_agent) || t('profile.unknownBrowser')}</span> },
          { title: t('profile.how'), responsive: ['md'], render: (_, s) => <span className="lh-prose">{f.list(s.amr.map((a) => how[a] ?? a))}</span> },
          { title: t('field.ip'), responsive: ['sm'], render: (_, s) => <span className="lh-code">{s.ip}</span> },
          { title: t('profile.since'), responsive: ['lg'], render: (_, s) => <span className="lh-number">{f.time(s.created_at)}</span> },
          { title: t('profile.seen'), responsive: ['sm'], render: (_, s) => <span className="lh-number">{f.time(s.last_seen_at)}</span> },
          {
            title: t('field.actions'), align: 'right',
            render: (_, s) => (s.current ? <StatusTag tone="good">{t('profile.this')}</StatusTag> : <Confirm title={t('profile.endTitle')} label={t('profile.end')} button={{ size: 'small' }} run={() => end.mutateAsync(s.id)} />),
          },
        ]}
      />
    </Card>
  )
}

/** Browser and system out of what a browser calls itself. */
export function browserOf(agent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\w*\/(\d+)/.exec(agent.replace(/Chrome\/\S+ (?=.*(Edg|OPR)\/)/, ''))
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1]
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' }
  return [browser && `${names[browser[1]!] ?? browser[1]} ${browser[2]}`, system].filter(Boolean).join(' · ')
}
