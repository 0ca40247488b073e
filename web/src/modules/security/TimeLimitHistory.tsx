import { useQuery } from '@tanstack/react-query'
import { api, EmptyState, Failure, Loading, none, PlainTable, read, StatusTag, useFormat, useText, type Tone } from '../../kernel'
import { limitKey, useLimitTexts, type LimitEntry, type LimitShown } from './limits'

const tones: Record<LimitEntry['state'], Tone> = { waits: 'warn', returned: 'idle', coming: 'info', holds: 'good', over: 'idle' }

/** All versions of a time limit, the newest first, with who proposed, confirmed or returned them, and why. */
export function TimeLimitHistory({ limit: x }: { limit: LimitShown }) {
  const t = useLimitTexts()
  const text = useText()
  const f = useFormat()
  const query = { obligation: x.obligation, level: x.level as 0 }
  const { data, error, refetch } = useQuery({ queryKey: [...limitKey, 'history', x.obligation, x.level], queryFn: () => read(api.GET('/api/security/time-limits/history', { params: { query } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.items.length === 0) return <EmptyState title={t('limit.none')} note={t('limit.noneNote')} />
  return (
    <PlainTable<LimitEntry>
      label={t('limit.history')} rowKey={(e) => e.id} dataSource={data.items} pagination={false} scroll={{ x: '100%' }}
      columns={[
        { title: t('limit.field.state'), render: (_, e) => <span className="lh-two"><StatusTag tone={tones[e.state]}>{t(`limit.states.${e.state}`)}</StatusTag>{e.version > 0 && <span>{t('limit.version', { n: e.version })}</span>}</span> },
        {
          title: t('limit.field.time'), render: (_, e) => (
            <span className="lh-two lh-wrap">
              <strong>{text(e.words)}</strong>
              <span className="lh-muted lh-number">{e.since ? f.time(e.since) : e.from}</span>
              <span className="lh-muted">{text(e.basis)}</span>
              {e.reason && <span className="lh-muted">{t('limit.because', { reason: e.reason })}</span>}
            </span>
          ),
        },
        { title: t('limit.field.since'), render: (_, e) => <span className="lh-wrap"><Hands entry={e} /></span> },
      ]}
    />
  )
}

/** Who proposed a time limit, and who confirmed or returned it. */
export function Hands({ entry: e }: { entry: LimitEntry }) {
  const t = useLimitTexts()
  const f = useFormat()
  if (!e.set_by) return <>{none}</>
  if (e.returned_at) return <>{t(e.returned_by === e.set_by ? 'limit.bySelf' : 'limit.byReturn', { by: e.set_by, other: e.returned_by, at: f.time(e.returned_at), reason: e.return_reason })}</>
  if (e.confirmed_at) return <>{t('limit.byBoth', { by: e.set_by, second: e.confirmed_by, at: f.time(e.confirmed_at) })}</>
  return <>{t('limit.by', { by: e.set_by })}</>
}
