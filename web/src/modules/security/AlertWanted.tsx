import { useQuery } from '@tanstack/react-query'
import { Card, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, Failure, PlainTable, read, useChange, useFormat } from '../../kernel'
import { alertKey, type AlertDetail } from './alertTexts'
import { baselineKey, useBaselineTexts, type Deviation } from './baselineTexts'
import { ClassTag, Host, Manner, useServer } from './baselineWays'

/** What deviates from which baseline, and the word that it is wanted. */
export function AlertWanted({ alert: a }: { alert: AlertDetail }) {
  const t = useBaselineTexts()
  const f = useFormat()
  const server = useServer()
  const [reason, setReason] = useState('')
  const { data, error, refetch } = useQuery({ queryKey: [...alertKey, 'deviations', a.id, a.version], queryFn: () => read(api.GET('/api/security/alerts/{id}/deviations', { params: { path: { id: a.id } } })) })
  const wanted = useChange({ run: () => read(api.POST('/api/security/alerts/{id}/acceptance', { params: { path: { id: a.id } }, body: { reason } })), refresh: [alertKey, baselineKey], done: t('baseline.alert.done'), quiet: true })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return null
  return (
    <Card size="small" title={t('baseline.alert.title')} extra={data.baseline_id && <Link to={`/security/baselines/${data.baseline_id}`}>{t('baseline.alert.toBaseline', { name: data.baseline, n: data.edition })}</Link>}>
      {data.deviations.length === 0 ? <span className="lh-muted">{t('baseline.alert.none')}</span> : (
        <div className="lh-stack">
          <PlainTable<Deviation>
            label={t('baseline.alert.title')} rowKey={(d) => d.id} dataSource={data.deviations} pagination={data.deviations.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
            columns={[
              { title: t('baseline.field.client'), responsive: ['md'], render: (_, d) => <Host addr={d.client} place={d.client_place} /> },
              { title: t('baseline.field.server'), responsive: ['md'], render: (_, d) => <Host addr={d.server} place={d.server_place} port={server(d)} /> },
              { title: t('baseline.field.way'), render: (_, d) => <Manner way={d} /> },
              { title: t('baseline.field.class'), render: (_, d) => <ClassTag name={d.class} /> },
              { title: t('baseline.field.last'), responsive: ['sm'], render: (_, d) => <span className="lh-number">{f.time(d.last_at)}</span> },
            ]}
          />
          {data.may && (
            <div>
              <Confirm title={t('baseline.alert.wanted')} label={t('baseline.alert.wanted')} danger={false} disabled={reason.trim() === ''} note={<p>{t('baseline.alert.wantedNote', { n: f.number(data.deviations.length, 0), name: data.baseline })}</p>} run={() => wanted.mutateAsync()}>
                <Input.TextArea aria-label={t('baseline.field.reason')} placeholder={t('baseline.alert.reason')} maxLength={1000} value={reason} onChange={(e) => setReason(e.target.value)} />
              </Confirm>
            </div>
          )}
        </div>
      )}
    </Card>
  )
}
