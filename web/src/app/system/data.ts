import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read, useMay, useText, type Schema } from '../../kernel'

export type Organisation = Schema<'IdentityOrganisation'>
export type Person = Schema<'IdentityPerson'>
export type Membership = Schema<'IdentityMembership'>
export type Token = Schema<'IdentityToken'>
export type AuditEntry = Schema<'AuditEntry'>
export type Status = Schema<'SystemStatus'>
export type Component = Status['components'][number]
export type Replica = Status['replicas'][number]
export type State = Status['state']
export type Letter = Schema<'LetterLetter'>
export type Job = Schema<'JobsJob'>
export type Schedule = Schema<'JobsSchedule'>
export type Measure = Schema<'SystemMeasureView'>

/** Beginnings of cache keys. */
export const organisationsKey = ['organisations']
export const personsKey = ['persons']
export const tokensKey = ['tokens']
export const jobsKey = ['jobs']
export const lettersKey = ['letters']

/** The states of a job, in the order in which one looks for them. */
export const jobStates = ['running', 'waiting', 'done', 'failed', 'cancelled'] as const

/** The kinds of organisations, as the API lists them. */
export const kinds = ['bureau', 'enterprise', 'operator', 'provider', 'node', 'park', 'responder'] as const

/** All organisations within one's scope, by id, to choose from and to name. */
export function useOrganisations() {
  const text = useText()
  const may = useMay()
  const { data } = useQuery({
    queryKey: [...organisationsKey, 'choice'],
    queryFn: () => read(api.GET('/api/system/organisations', { params: { query: { limit: 500 } } })),
    enabled: may('system.organisation.view'),
  })
  return useMemo(() => {
    const byID = new Map(data?.items.map((o) => [o.id, o]))
    return {
      byID,
      name: (id: string) => (byID.has(id) ? text(byID.get(id)?.name) : id),
      options: (data?.items ?? []).map((o) => ({ value: o.id, label: text(o.name) })),
    }
  }, [data, text])
}

/** The roles with what each allows. */
export function useRoles() {
  const text = useText()
  const may = useMay()
  const roles = useQuery({ queryKey: ['roles'], queryFn: () => read(api.GET('/api/system/roles')), staleTime: 300_000, enabled: may('system.person.view') })
  const items = roles.data?.items ?? []
  return { ...roles, items, title: (id: string) => text(items.find((r) => r.id === id)?.title) || id }
}
