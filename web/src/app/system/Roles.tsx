import { CheckOutlined } from '@ant-design/icons'
import { Grid } from 'antd'
import { Failure, PageHeader, useFormat, useText, PlainTable } from '../../kernel'
import { useRoles } from './data'
import { useSystemTexts } from './texts'

/** What each role allows: permissions down, roles across, or named in one column where there is no room. */
export default function Roles() {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const wide = Grid.useBreakpoint().md !== false
  const roles = useRoles()
  const permissions = new Map(roles.items.flatMap((r) => r.permissions.map((p) => [p.id, p.title] as const)))
  const rows = [...permissions].map(([id, title]) => ({ id, title, holders: new Set(roles.items.filter((r) => r.permissions.some((p) => p.id === id)).map((r) => r.id)) }))
  return (
    <>
      <PageHeader title={t('roles.title')} note={t('roles.note')} />
      {roles.error && <Failure problem={roles.error} retry={() => void roles.refetch()} />}
      <div className="lh-list">
        <PlainTable
          label={t('roles.title')}
          rowKey={(r) => r.id}
          dataSource={rows}
          loading={roles.isPending}
          columns={[
            { title: t('field.permission'), render: (_, r) => <span className="lh-two"><span>{text(r.title)}</span><span className="lh-code">{r.id}</span></span> },
            ...(wide ? roles.items : []).map((role) => ({
              key: role.id,
              title: <span className="lh-two"><span>{text(role.title)}</span><span>{t(role.bureau_only ? 'roles.bureauOnly' : 'roles.any')}</span></span>,
              align: 'center' as const,
              render: (_: unknown, r: (typeof rows)[number]) => (r.holders.has(role.id) ? <CheckOutlined className="lh-tone-good" aria-label={t('roles.holds')} /> : null),
            })),
            ...(wide ? [] : [{ key: 'holders', title: t('roles.holders'), render: (_: unknown, r: (typeof rows)[number]) => f.list(roles.items.filter((role) => r.holders.has(role.id)).map((role) => text(role.title))) }]),
          ]}
        />
      </div>
    </>
  )
}
