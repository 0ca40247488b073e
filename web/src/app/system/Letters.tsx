import { ReloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Descriptions, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, CopyBlock, DataTable, EmptyState, Failure, Loading, none, PageHeader, read, StatusTag, useChange, useFormat, useLive, useMay, type Column, type Tone } from '../../kernel'
import { lettersKey, type Letter } from './data'
import { useSystemTexts } from './texts'

const states = ['dead', 'waiting', 'handled', 'discarded'] as const
const tones: Record<Letter['state'], Tone> = { dead: 'bad', waiting: 'warn', handled: 'good', discarded: 'idle' }

/** Deliveries of events that failed: why, and what to do with them. */
export default function Letters() {
  const t = useSystemTexts()
  const columns = useColumns()
  useLive('system.letters', lettersKey)
  return (
    <>
      <PageHeader title={t('letters.title')} note={t('letters.note')} actions={<ReplayAll />} />
      <DataTable<Letter>
        url="/api/system/dead-letters"
        queryKey={lettersKey}
        label={t('letters.title')}
        rowKey={(l) => l.id}
        columns={columns}
        filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`letterState.${s}`) })) }]}
        search={t('letters.search')}
        exports
        empty={<EmptyState title={t('letters.empty')} note={t('letters.emptyNote')} />}
        expand={(l) => <Detail letter={l} />}
      />
    </>
  )
}

function useColumns(): Column<Letter>[] {
  const t = useSystemTexts()
  const f = useFormat()
  const may = useMay()
  const columns: Column<Letter>[] = [
    { key: 'subject', title: t('field.event'), render: (l) => <span className="lh-two"><span className="lh-code lh-break">{l.subject}</span><span className="lh-code lh-break">{l.consumer}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (l) => <StatusTag tone={tones[l.state]}>{t(`letterState.${l.state}`)}</StatusTag> },
    { key: 'error', title: t('field.error'), from: 'md', render: (l) => <span className="lh-prose lh-break">{l.error.split('\n')[0]}</span> },
    { key: 'tries', title: t('field.tries'), sort: 'tries', align: 'right', from: 'sm', render: (l) => <span className="lh-number">{f.number(l.tries)}</span> },
    { key: 'last', title: t('field.lastFailed'), sort: 'last_at', from: 'lg', render: (l) => <span className="lh-number">{f.time(l.last_at)}</span> },
  ]
  if (may('system.letter.decide')) columns.push({ key: 'act', title: t('field.actions'), align: 'right', render: (l) => <Actions letter={l} /> })
  return columns
}

function useReplay() {
  const t = useSystemTexts()
  return useChange({ run: (ids: string[]) => read(api.POST('/api/system/dead-letters/replay', { body: { ids } })), refresh: [lettersKey], done: t('letters.replayed') })
}

function Actions({ letter }: { letter: Letter }) {
  const t = useSystemTexts()
  const [reason, setReason] = useState('')
  const replay = useReplay()
  const discard = useChange({
    run: () => read(api.POST('/api/system/dead-letters/discard', { body: { ids: [letter.id], reason: reason.trim() } })),
    refresh: [lettersKey], done: t('letters.discarded'), quiet: true,
  })
  if (letter.state === 'handled') return null
  return (
    <span className="lh-nowrap">
      <Button size="small" loading={replay.isPending} onClick={() => replay.mutate([letter.id])}>{t('letters.replay')}</Button>{' '}
      {letter.state !== 'discarded' && (
        <Confirm title={t('letters.discardTitle')} note={<p>{t('letters.discardNote')}</p>} label={t('letters.discard')} button={{ size: 'small' }} disabled={reason.trim().length < 2} run={() => discard.mutateAsync()}>
          <Input.TextArea aria-label={t('field.reason')} placeholder={t('field.reason')} value={reason} maxLength={500} rows={3} onChange={(e) => setReason(e.target.value)} />
        </Confirm>
      )}
    </span>
  )
}

/** Replays everything that waits for a decision, up to 500 at a time. */
function ReplayAll() {
  const t = useSystemTexts()
  const may = useMay()
  const replay = useReplay()
  const dead = useQuery({
    queryKey: [...lettersKey, 'dead'],
    queryFn: () => read(api.GET('/api/system/dead-letters', { params: { query: { state: 'dead', limit: 500 } } })),
  })
  const count = dead.data?.total ?? 0
  if (count === 0 || !may('system.letter.decide')) return null
  return (
    <Confirm
      title={t('letters.replayAllTitle', { count })} note={t('letters.replayAllNote')} label={t('letters.replayAll')} danger={false} button={{ icon: <ReloadOutlined /> }}
      run={() => replay.mutateAsync((dead.data?.items ?? []).map((l) => l.id))}
    />
  )
}

function Detail({ letter }: { letter: Letter }) {
  const t = useSystemTexts()
  const f = useFormat()
  const one = useQuery({ queryKey: [...lettersKey, letter.id, letter.tries], queryFn: () => read(api.GET('/api/system/dead-letters/{id}', { params: { path: { id: letter.id } } })) })
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading />
  return (
    <div className="lh-stack">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'event', label: t('field.eventID'), children: <span className="lh-code lh-break">{letter.event_id}</span> },
          { key: 'emitted', label: t('field.emitted'), children: f.time(letter.emitted_at) },
          { key: 'first', label: t('field.firstFailed'), children: f.time(letter.first_at) },
          { key: 'next', label: t('field.nextTry'), children: f.time(letter.next_at) },
          { key: 'decided', label: t('field.decidedBy'), children: letter.decided_by ? `${letter.decided_by} · ${f.time(letter.decided_at)}` : none },
          { key: 'reason', label: t('field.reason'), children: letter.reason || none },
        ]}
      />
      <CopyBlock text={letter.error} label={t('field.error')} />
      <CopyBlock text={JSON.stringify(one.data.data, null, 2)} label={t('letters.payload')} />
    </div>
  )
}
