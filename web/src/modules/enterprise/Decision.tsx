import { Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, ifMatch, read, useChange } from '../../kernel'
import { roomKey, type EntryDetail } from './data'
import { useEnterpriseTexts } from './texts'

type Verdict = 'accepted' | 'returned' | 'refused'

/** The bureau decides on an entry that waits. */
export function Decision({ entry }: { entry: EntryDetail }) {
  const t = useEnterpriseTexts()
  const [reason, setReason] = useState('')
  const decide = useChange({
    run: (decision: Verdict) => read(api.POST('/api/enterprise/entries/{id}/decision', { params: { path: { id: entry.id }, header: ifMatch(entry.version) }, body: { decision, ...(reason ? { reason } : {}) } })),
    refresh: [roomKey], done: t('decision.done'), quiet: true, after: () => setReason(''),
  })
  const ask = (decision: Verdict, primary: boolean) => (
    <Confirm
      title={t(`decision.${decision}Title`)} note={<p>{t(`decision.${decision}Note`)}</p>} label={t(`decision.${decision}`)} danger={decision === 'refused'} disabled={decision !== 'accepted' && reason.trim() === ''}
      run={() => decide.mutateAsync(decision)} button={{ type: primary ? 'primary' : 'default' }}
    >
      <Input.TextArea aria-label={t('history.reason')} placeholder={t(decision === 'accepted' ? 'decision.reasonOptional' : 'decision.reason')} maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  )
  return (
    <>
      {ask('accepted', true)}
      {ask('returned', false)}
      {ask('refused', false)}
    </>
  )
}
