import { BankOutlined, LogoutOutlined, MoonOutlined, SunOutlined, TranslationOutlined, UserOutlined } from '@ant-design/icons'
import { Button, Dropdown, Grid, Tooltip } from 'antd'
import { useNavigate } from 'react-router'
import { api, read, useChange, useKernelTexts, useLanguage, useMode, useSession, useText } from '../kernel'
import { chooseLanguage } from '../kernel/language'
import { useEnter } from '../kernel/session'

/** Switches between Chinese and English. */
export function LanguageButton() {
  const t = useKernelTexts()
  const language = useLanguage()
  const other = language === 'zh' ? 'en' : 'zh'
  const label = t(other === 'en' ? 'shell.toEnglish' : 'shell.toChinese')
  return (
    <Tooltip title={label}>
      <Button type="text" icon={<TranslationOutlined />} aria-label={label} onClick={() => chooseLanguage(other)}>
        <span className="lh-wide-only">{other === 'en' ? 'EN' : '中文'}</span>
      </Button>
    </Tooltip>
  )
}

/** Switches between light and dark. */
export function ModeButton() {
  const t = useKernelTexts()
  const { mode, choose } = useMode()
  const label = t(mode === 'light' ? 'shell.toDark' : 'shell.toLight')
  return (
    <Tooltip title={label}>
      <Button type="text" icon={mode === 'light' ? <MoonOutlined /> : <SunOutlined />} aria-label={label} onClick={() => choose(mode === 'light' ? 'dark' : 'light')} />
    </Tooltip>
  )
}

/** For which organisation one acts; a choice for members of several. */
export function OrganisationSwitch() {
  const t = useKernelTexts()
  const text = useText()
  const enter = useEnter()
  const go = useNavigate()
  const session = useSession()
  const wide = Grid.useBreakpoint().md !== false
  const change = useChange({
    run: (id: string) => read(api.POST('/api/system/session/organisation', { body: { organisation_id: id } })),
    after: (next) => {
      enter(next)
      void go('/')
    },
  })
  const seen = new Map(session.memberships.map((m) => [m.organisation.id, m.organisation]))
  const name = text(session.organisation.name)
  if (seen.size < 2) return wide ? <span className="lh-organisation">{name}</span> : null
  const items = [...seen.values()].map((o) => ({ key: o.id, label: text(o.name) }))
  return (
    <Dropdown trigger={['click']} menu={{ items, selectable: true, selectedKeys: [session.organisation.id], onClick: ({ key }) => change.mutate(key) }}>
      <Button type="text" icon={<BankOutlined />} aria-label={`${t('shell.switchOrganisation')}: ${name}`} loading={change.isPending}>
        {wide ? name : null}
      </Button>
    </Dropdown>
  )
}

/** Who is signed in; profile and signing out. */
export function AccountMenu() {
  const t = useKernelTexts()
  const go = useNavigate()
  const enter = useEnter()
  const { person } = useSession()
  const leave = useChange({
    run: () => read(api.POST('/api/system/sign-out')),
    after: () => {
      void go('/sign-in')
      enter(null)
    },
  })
  const items = [
    { key: 'profile', icon: <UserOutlined />, label: t('shell.profile') },
    { key: 'leave', icon: <LogoutOutlined />, label: t('shell.signOut') },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => (key === 'leave' ? leave.mutate() : void go('/profile')) }}>
      <Button type="text" icon={<UserOutlined />} aria-label={`${t('shell.account')}: ${person.name}`}>
        <span className="lh-wide-only">{person.name}</span>
      </Button>
    </Dropdown>
  )
}
