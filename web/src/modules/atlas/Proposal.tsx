import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Input } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { api, Confirm, Failure, LinkButton, Loading, PageHeader, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { roomKey } from './data'
import { proposalTone } from './Proposals'
import { useAtlasTexts } from './texts'
import './atlas.css'

/** A proposal with what it changes, and the decision on it. */
export default function Proposal() {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const { id = '' } = useParams()
  const [reason, setReason] = useState('')
  const proposal = useQuery({ queryKey: [...roomKey, 'proposal', id], queryFn: () => read(api.GET('/api/atlas/proposals/{id}', { params: { path: { id } } })) })
  const decide = useChange({ run: (decision: 'accepted' | 'refused') => read(api.POST('/api/atlas/proposals/{id}/decision', { params: { path: { id } }, body: { decision, reason } })), refresh: [roomKey], done: t('proposals.done'), quiet: true })
  const withdraw = useChange({ run: () => read(api.POST('/api/atlas/proposals/{id}/withdrawal', { params: { path: { id } } })), refresh: [roomKey], done: t('proposals.withdrawn'), quiet: true })
  if (proposal.error) return <Failure problem={proposal.error} retry={() => void proposal.refetch()} />
  if (!proposal.data) return <Loading />
  const p = proposal.data
  const named = (stage: string) => text(p.content.stages.find((s) => s.id === stage)?.name) || stage
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(p.chain)} marks={<StatusTag tone={proposalTone[p.status]}>{t(`proposals.statuses.${p.status}`)}</StatusTag>} note={`${p.note} · ${p.name} · ${f.time(p.at)} · ${t('proposals.base', { n: p.base })}`}
        actions={<LinkButton to={`/atlas/chains/${p.chain_id}`}>{t('proposals.chain')}</LinkButton>}
      />
      <Card size="small" title={t('proposals.changes')}>
        <ul className="lh-atlas-way">
          {p.stages.map((c) => <li key={(c.after ?? c.before)!.id}><b>{t(`proposals.stageKinds.${c.kind}`)}</b> {c.kind === 'changed' ? `${text(c.before!.name)} → ${text(c.after!.name)}` : text((c.after ?? c.before)!.name)}</li>)}
          {p.links.map((c) => <li key={`${c.kind} ${c.link.from} ${c.link.to} ${c.link.share ?? 0}`}><b>{t(`proposals.linkKinds.${c.kind}`)}</b> {named(c.link.from)} → {named(c.link.to)}{c.link.share ? ` (${f.number(c.link.share, 2)})` : ''}</li>)}
        </ul>
      </Card>
      {p.status !== 'proposed' && <Alert type={p.status === 'accepted' ? 'success' : 'info'} title={`${t(`proposals.statuses.${p.status}`)} · ${p.decider}${p.reason ? ` · ${p.reason}` : ''}`} />}
      {p.status === 'proposed' && (
        <div className="lh-atlas-bar">
          {may('atlas.edit') && !p.mine && (
            <>
              <Confirm danger={false} title={t('proposals.accept')} note={t('proposals.acceptNote')} label={t('proposals.accept')} run={() => decide.mutateAsync('accepted')} button={{ type: 'primary' }} />
              <Confirm title={t('proposals.refuse')} label={t('proposals.refuse')} disabled={reason.trim() === ''} run={() => decide.mutateAsync('refused')}>
                <label className="lh-atlas-field">{t('proposals.reason')}<Input.TextArea value={reason} maxLength={1000} rows={3} onChange={(e) => setReason(e.target.value)} /></label>
              </Confirm>
            </>
          )}
          {p.mine && <Confirm title={t('proposals.withdraw')} label={t('proposals.withdraw')} run={() => withdraw.mutateAsync()} />}
        </div>
      )}
    </div>
  )
}
