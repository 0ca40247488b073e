import { useQuery } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, ifMatch, read, useChange, useFormat, useMay } from '../../kernel'
import { noticeKey, type AssignmentDetail } from './noticeData'
import { useNoticeTexts } from './noticeTexts'

/** Who of the addressee sees to an assignment, and to whom it may be handed. */
export function NoticeDelegate({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const f = useFormat()
  return (
    <span className="lh-two lh-wrap">
      <span>{a.delegate && a.delegated_at ? t('assignment.since', { name: a.delegate, time: f.time(a.delegated_at) }) : <span className="lh-muted">{t('assignment.nobody')}</span>}</span>
      {a.acts.includes('delegate') && <Acts assignment={a} />}
    </span>
  )
}

/** Whoever represents the addressee hands it to anybody; the others take it on, and give it back. */
function Acts({ assignment: a }: { assignment: AssignmentDetail }) {
  const t = useNoticeTexts()
  const represents = useMay()('security.notice.represent')
  const [person, setPerson] = useState<string>()
  const [note, setNote] = useState('')
  const { data } = useQuery({ queryKey: [...noticeKey, 'delegates', a.id], queryFn: () => read(api.GET('/api/security/assignments/{id}/delegates', { params: { path: { id: a.id } } })) })
  const people = data?.items ?? []
  const clear = () => { setPerson(undefined); setNote('') }
  const hand = useChange({
    run: (to: string) => read(api.POST('/api/security/assignments/{id}/delegation', { params: { path: { id: a.id }, header: ifMatch(a.version) }, body: { person_id: to, note } })),
    refresh: [noticeKey], done: t('assignment.done.delegated'), quiet: true, after: clear,
  })
  const small = { size: 'small' } as const
  const self = people[0]
  return (
    <span className="lh-actions">
      {represents ? (
        <Confirm title={t('assignment.acts.delegate')} note={<p>{t('assignment.delegateNote')}</p>} label={t('assignment.acts.delegate')} danger={false} button={small} disabled={!person} run={() => hand.mutateAsync(person ?? '')}>
          <div className="lh-stack">
            <Select<string> aria-label={t('assignment.field.delegate')} placeholder={t('assignment.field.delegate')} style={{ width: '100%' }} value={person ?? null} onChange={(v) => setPerson(v)} options={people.map((p) => ({ value: p.id, label: p.name }))} showSearch={{ optionFilterProp: 'label' }} />
            <Input.TextArea aria-label={t('assignment.field.handNote')} placeholder={t('assignment.field.handNote')} maxLength={1000} autoSize={{ minRows: 2 }} value={note} onChange={(e) => setNote(e.target.value)} />
          </div>
        </Confirm>
      ) : self && !a.mine && <Confirm title={t('assignment.acts.takeOn')} note={<p>{t('assignment.takeOnNote')}</p>} label={t('assignment.acts.takeOn')} danger={false} button={small} run={() => hand.mutateAsync(self.id)} />}
      {a.delegate && (represents || a.mine) && <Confirm title={t('assignment.acts.giveBack')} note={<p>{t('assignment.giveBackNote')}</p>} label={t('assignment.acts.giveBack')} danger={false} button={small} run={() => hand.mutateAsync('')} />}
    </span>
  )
}
