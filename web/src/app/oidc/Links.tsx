import { useQuery } from '@tanstack/react-query'
import { Button, Card, Flex } from 'antd'
import { useSearchParams } from 'react-router'
import { api, Confirm, EmptyState, Failure, PlainTable, read, useChange, useFormat, useText } from '../../kernel'
import { leaveFor, linksKey, type Link } from './data'
import { useProgramTexts } from './texts'
import { LoginProblem } from './Ways'

/** Accounts at providers with which one signs in; nothing where there is no provider. */
export function Links() {
  const t = useProgramTexts()
  const f = useFormat()
  const text = useText()
  const [params] = useSearchParams()
  const links = useQuery({ queryKey: linksKey, queryFn: () => read(api.GET('/api/oidc/me/links')) })
  const begin = useChange({
    run: (id: string) => read(api.POST('/api/oidc/me/links/{id}', { params: { path: { id } }, body: {} })),
    after: ({ redirect }) => leaveFor(redirect),
  })
  const unlink = useChange({ run: (id: string) => read(api.DELETE('/api/oidc/me/links/{id}', { params: { path: { id } } })), refresh: [linksKey], done: t('links.unlinked'), quiet: true })
  const items = links.data?.items ?? []
  const ways = links.data?.ways ?? []
  if (!links.error && items.length === 0 && ways.length === 0) return null
  return (
    <Card size="small" title={t('links.title')}>
      <LoginProblem problem={params.get('problem')} />
      {links.error && <Failure problem={links.error} retry={() => void links.refetch()} />}
      {items.length === 0 ? (
        <EmptyState title={t('links.none')} note={t('links.note')} />
      ) : (
        <PlainTable<Link>
          label={t('links.title')}
          rowKey={(l) => l.id}
          dataSource={items}
          columns={[
            { title: t('links.account'), render: (_, l) => <span className="lh-prose">{l.name}</span> },
            { title: t('links.provider'), render: (_, l) => text(l.provider) },
            { title: t('links.since'), responsive: ['lg'], render: (_, l) => <span className="lh-number">{f.time(l.at)}</span> },
            { title: t('links.used'), responsive: ['md'], render: (_, l) => (l.used_at ? <span className="lh-number">{f.time(l.used_at)}</span> : t('links.never')) },
            { title: t('links.actions'), align: 'right', render: (_, l) => <Confirm title={t('links.unlinkTitle', { name: l.name })} note={t('links.unlinkNote')} label={t('links.unlink')} button={{ size: 'small' }} run={() => unlink.mutateAsync(l.id)} /> },
          ]}
        />
      )}
      <Flex gap={8} wrap>
        {ways.map((w) => <Button key={w.id} loading={begin.isPending} onClick={() => begin.mutate(w.id)}>{t('links.link', { name: text(w.name) })}</Button>)}
      </Flex>
    </Card>
  )
}
