import { api, Confirm, EmptyState, read, useChange, useFormat, useMay, PlainTable } from '../../kernel'
import { Connection } from './Connection'
import { platformKey, type PlatformDetail } from './data'
import { usePlatformTexts } from './texts'

/** The keys of a platform: issue the next one, then revoke the one before. */
export function Keys({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const may = useMay()
  const revoke = useChange({
    run: (key: string) => read(api.DELETE('/api/platforms/{id}/keys/{key}', { params: { path: { id: platform.id, key } } })),
    refresh: [platformKey(platform.id)],
    done: t('key.revoked'),
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <div className="lh-muted">{t('key.rotateNote')}</div>
      <PlainTable
        label={t('page.keys')}
        rowKey={(k) => k.id}
        dataSource={platform.keys}
        locale={{ emptyText: <EmptyState title={t('key.none')} note={t(may('platforms.key') ? 'key.noneNote' : 'key.noneView')} /> }}
        columns={[
          { title: t('key.id'), render: (_, k) => <span className="lh-code">{k.id}</span> },
          { title: t('field.kind'), render: (_, k) => t(`key.${k.kind}`) + (k.sandbox ? ` · ${t('key.sandbox')}` : '') + (k.certificate ? ` · ${t('key.certificateAsked')}` : '') },
          { title: t('key.created'), responsive: ['sm' as const], render: (_, k) => <span className="lh-number">{f.time(k.created_at)}</span> },
          ...(may('platforms.key')
            ? [{
                title: '', align: 'right' as const,
                render: (_: unknown, k: PlatformDetail['keys'][number]) => (
                  <Confirm title={t('key.revokeTitle')} note={t('key.revokeNote')} label={t('key.revoke')} button={{ size: 'small' }} run={() => revoke.mutateAsync(k.id)} />
                ),
              }]
            : []),
        ]}
      />
      <Connection platform={platform} />
    </div>
  )
}
