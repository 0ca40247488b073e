import { Card, Flex, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, read, useChange, useSession } from '../../kernel'
import { useEnter } from '../../kernel/session'
import { personsKey, useOrganisations, type Person } from './data'
import { useSystemTexts } from './texts'

/** Ends what a person is in an organisation, or hands the management over to them. */
export function Members({ person, done }: { person: Person; done: () => void }) {
  const t = useSystemTexts()
  const session = useSession()
  const organisations = useOrganisations()
  const remove = useChange({
    run: (organisation: string) => read(api.DELETE('/api/system/organisations/{id}/members/{person}', { params: { path: { id: organisation, person: person.id } } })),
    refresh: [personsKey], done: t('members.removed'), after: done, quiet: true,
  })
  if (person.id === session.person.id) return null
  const places = [...new Set(person.memberships.map((m) => m.organisation_id))]
  const here = session.organisation.id
  const manages = session.roles.includes('manager') && places.includes(here)
  return (
    <Card size="small" title={t('members.title')} className="lh-below">
      <ul className="lh-plain">
        {places.map((id) => (
          <li key={id}>
            <Flex justify="space-between" align="center" gap={8} wrap>
              <span>{organisations.name(id)}</span>
              <span className="lh-actions">
                {manages && id === here && <HandOver person={person} organisation={id} done={done} />}
                <Confirm title={t('members.removeTitle', { name: person.name, organisation: organisations.name(id) })} note={t('members.removeNote')} label={t('members.remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(id)} />
              </span>
            </Flex>
          </li>
        ))}
      </ul>
    </Card>
  )
}

type Keep = '' | 'reporter' | 'viewer'

function HandOver({ person, organisation, done }: { person: Person; organisation: string; done: () => void }) {
  const t = useSystemTexts()
  const enter = useEnter()
  const organisations = useOrganisations()
  const [keep, setKeep] = useState<Keep>('viewer')
  const act = useChange({
    run: () => read(api.POST('/api/system/organisations/{id}/handover', { params: { path: { id: organisation } }, body: { person_id: person.id, keep } })),
    done: t('members.handedOver'),
    after: (session) => {
      done()
      enter(session)
    },
    quiet: true,
  })
  return (
    <Confirm title={t('members.handOverTitle', { name: person.name, organisation: organisations.name(organisation) })} note={t('members.handOverNote')} label={t('members.handOver')} button={{ size: 'small' }} danger={false} run={() => act.mutateAsync()}>
      <p><label htmlFor="keep-role">{t('members.keep')}</label></p>
      <Select<Keep> id="keep-role" value={keep} onChange={setKeep} options={[{ value: 'viewer', label: t('role.viewer') }, { value: 'reporter', label: t('role.reporter') }, { value: '', label: t('members.keepNone') }]} style={{ width: '100%' }} />
    </Confirm>
  )
}
