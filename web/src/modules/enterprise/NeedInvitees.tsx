import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, read, StatusTag, useText } from '../../kernel'
import { needKey } from './market'
import { useEnterpriseTexts } from './texts'

/** The providers that a draft invites when it is published, of a field of a form; each can be taken away. */
export function Invitees({ value = [], onChange }: { value?: string[]; onChange?: (ids: string[]) => void }) {
  return <ul className="lh-market-invitees">{value.map((id) => <Invitee key={id} id={id} remove={onChange ? () => onChange(value.filter((x) => x !== id)) : null} />)}</ul>
}

function Invitee({ id, remove }: { id: string; remove: (() => void) | null }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const one = useQuery({ queryKey: [...needKey, 'invitee', id], queryFn: () => read(api.GET('/api/enterprise/invitees/{id}', { params: { path: { id } } })), retry: false })
  const name = one.data ? text(one.data.name) : id
  const why = one.error ? 'unknown' : one.data && !one.data.invitable ? (one.data.status === 'suspended' ? 'suspended' : 'expired') : null
  return (
    <li>
      <strong>{name}</strong> {why && <StatusTag tone="warn">{t(`market.need.notInvited.${why}`)}</StatusTag>}
      {remove && <Button type="link" size="small" aria-label={t('market.need.removeInvitee', { name })} onClick={remove}>{t('market.need.removeInvitee', { name: '' })}</Button>}
    </li>
  )
}
