import { MenuOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Flex, Grid, Layout, Menu, type MenuProps } from 'antd'
import { useEffect, useState } from 'react'
import { Link, Outlet, useLocation } from 'react-router'
import { useCityState, useConnected, useFormat, useKernelTexts, useSession, useText, SyntheticMark, type Session } from '../kernel'
import { AccountMenu, LanguageButton, ModeButton, OrganisationSwitch } from './Account'
import { iconOf } from './icons'
import { Bell } from './notify/Bell'
import { selected } from './places'
import { SearchBox } from './search/Box'
import './search/style.css'
import { useEntranceTexts } from './texts'

/** The frame of every page: menu at the left, who and where at the top. */
export function Shell() {
  const t = useKernelTexts()
  const wide = Grid.useBreakpoint().lg !== false
  const [open, setOpen] = useState(false)
  const place = useLocation()
  useEffect(() => setOpen(false), [place.pathname])
  return (
    <Layout className="lh-shell">
      <a href="#content" className="lh-skip">
        {t('shell.skip')}
      </a>
      <Layout.Header className="lh-header">
        {!wide && <Button type="text" icon={<MenuOutlined />} aria-label={t('shell.menu')} onClick={() => setOpen(true)} />}
        <Brand />
        <Flex gap={4} align="center" className="lh-header-tools">
          <SearchBox />
          <OrganisationSwitch />
          <Bell />
          <LanguageButton />
          <ModeButton />
          <AccountMenu />
        </Flex>
      </Layout.Header>
      <Layout>
        {wide ? (
          <Layout.Sider width={232} className="lh-sider">
            <MainMenu />
          </Layout.Sider>
        ) : (
          <Drawer open={open} onClose={() => setOpen(false)} placement="left" size={280} title={t('shell.menu')} styles={{ body: { padding: 8 } }}>
            <MainMenu />
          </Drawer>
        )}
        <Layout.Content id="content" className="lh-content" tabIndex={-1}>
          <Lost />
          <FactorDue />
          <Outlet />
        </Layout.Content>
      </Layout>
    </Layout>
  )
}

function Brand() {
  const t = useKernelTexts()
  const text = useText()
  const state = useCityState()
  return (
    <Link to="/" className="lh-brand">
      <img src="/favicon.svg" alt="" width={24} height={24} />
      <span className="lh-brand-name">{t('app.name')}</span>
      <span className="lh-brand-city">{text(state.data?.city)}</span>
      {state.data?.synthetic && <SyntheticMark />}
    </Link>
  )
}

function Lost() {
  const t = useKernelTexts()
  return useConnected() ? null : <Alert type="warning" showIcon title={t('live.lost')} role="status" className="lh-lost" />
}

/** Reminds of the second factor that one's role needs, while it is only asked for. */
function FactorDue() {
  const t = useEntranceTexts()
  const f = useFormat()
  const { factor_due: due } = useSession()
  if (!due) return null
  return (
    <Alert
      type="warning" showIcon role="status" className="lh-lost"
      title={<>{t('due.text', { date: f.date(due) })} <Link to="/profile">{t('due.act')}</Link></>}
    />
  )
}

function MainMenu() {
  const text = useText()
  const t = useKernelTexts()
  const { nav } = useSession()
  const { pathname } = useLocation()
  return (
    <nav aria-label={t('shell.menu')}>
      <Menu mode="inline" selectedKeys={[selected(nav, pathname)]} items={sections(nav, text)} />
    </nav>
  )
}

type Nav = Session['nav']

function sections(nav: Nav, text: ReturnType<typeof useText>): MenuProps['items'] {
  const groups = new Map<string, Nav>()
  for (const item of nav) groups.set(text(item.section), [...(groups.get(text(item.section)) ?? []), item])
  return [...groups].map(([label, items]) => ({
    type: 'group',
    key: label,
    label,
    children: items.map((item) => ({ key: item.path, icon: iconOf(item.icon), label: <Link to={item.path}>{text(item.label)}</Link> })),
  }))
}
