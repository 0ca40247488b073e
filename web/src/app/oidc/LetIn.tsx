import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { api, Confirm, EmptyState, Failure, PlainTable, read, useChange, useFormat, useText } from '../../kernel'
import { letInKey, type LetIn as Program, type Scope } from './data'
import { useProgramTexts } from './texts'

/** Programs that the person has let in, with withdrawal. */
export function LetIn() {
  const t = useProgramTexts()
  const f = useFormat()
  const text = useText()
  const programs = useQuery({ queryKey: letInKey, queryFn: () => read(api.GET('/api/oidc/me/programs')) })
  const withdraw = useChange({
    run: (id: string) => read(api.DELETE('/api/oidc/me/programs/{id}', { params: { path: { id } } })),
    refresh: [letInKey],
    done: t('mine.withdrawn'),
    quiet: true,
  })
  const empty = programs.data?.items.length === 0
  return (
    <Card size="small" title={t('mine.title')}>
      {programs.error && <Failure problem={programs.error} retry={() => void programs.refetch()} />}
      {empty && <EmptyState title={t('mine.none')} note={t('mine.note')} />}
      {programs.data && !empty && (
        <>
          <p className="lh-muted">{t('mine.note')}</p>
          <PlainTable<Program>
            label={t('mine.title')}
            rowKey={(p) => p.id}
            dataSource={programs.data.items}
            columns={[
              { title: t('mine.program'), render: (_, p) => <span className="lh-prose">{text(p.name)}</span> },
              { title: t('mine.knows'), responsive: ['sm'], render: (_, p) => <span className="lh-prose">{f.list(p.scopes.map((s) => t(`scopeName.${s as Scope}`)))}</span> },
              { title: t('mine.since'), responsive: ['lg'], render: (_, p) => <span className="lh-number">{f.time(p.at)}</span> },
              { title: t('mine.used'), responsive: ['md'], render: (_, p) => <span className="lh-number">{f.time(p.used_at)}</span> },
              { title: t('mine.actions'), align: 'right', render: (_, p) => <Confirm title={t('mine.withdrawTitle', { name: text(p.name) })} label={t('mine.withdraw')} button={{ size: 'small' }} run={() => withdraw.mutateAsync(p.id)} /> },
            ]}
          />
        </>
      )}
    </Card>
  )
}
