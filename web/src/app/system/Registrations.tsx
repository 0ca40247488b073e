import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Input } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, Confirm, DataTable, EmptyState, Failure, ifMatch, Loading, PageHeader, PageTabs, Particulars, read, StatusTag, useChange, useFormat, useOpen, useText, type Column, type Schema } from '../../kernel'
import { registrationTones } from '../registration/Status'
import { organisationsKey } from './data'
import { InvitedOrganisations } from './InvitedOrganisations'
import { useSystemTexts } from './texts'

type Registration = Schema<'IdentityRegistration'>
type Detail = Schema<'SystemRegistrationView'>
type Decision = 'approve' | 'return' | 'refuse'

const registrationsKey = ['registrations']
const states = ['submitted', 'returned', 'approved', 'refused'] as const

/** Organisations that ask to join, and those that are invited to. */
export default function Registrations() {
  const t = useSystemTexts()
  const [params, setParams] = useSearchParams()
  return (
    <>
      <PageHeader title={t('registrations.title')} note={t('registrations.note')} />
      <PageTabs
        label={t('registrations.title')} active={params.get('tab') ?? 'applied'} change={(tab) => setParams(tab === 'applied' ? {} : { tab }, { replace: true })}
        items={[{ key: 'applied', label: t('invitations.organisations.applied'), children: <Applied /> }, { key: 'invited', label: t('invitations.organisations.invited'), children: <InvitedOrganisations /> }]}
      />
    </>
  )
}

function Applied() {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const [open, show] = useOpen()
  const columns: Column<Registration>[] = [
    { key: 'name', title: t('field.name'), sort: 'name', render: (r) => <span className="lh-two"><button type="button" className="lh-link" onClick={() => show(r.id)}>{text(r.name)}</button><span className="lh-code">{r.uscc}</span></span> },
    { key: 'kind', title: t('field.kind'), sort: 'kind', from: 'md', render: (r) => t(`kind.${r.kind}`) },
    { key: 'contact', title: t('registrations.contact'), from: 'lg', render: (r) => <span className="lh-two"><span>{r.contact_name}</span><span>{r.contact_phone}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (r) => <StatusTag tone={registrationTones[r.state]}>{t(`registrations.states.${r.state}`)}</StatusTag> },
    { key: 'at', title: t('registrations.submitted'), sort: 'submitted_at', from: 'sm', render: (r) => <span className="lh-number">{f.time(r.submitted_at)}</span> },
    { key: 'act', title: t('field.actions'), align: 'right', render: (r) => <Button size="small" onClick={() => show(r.id)}>{t(r.state === 'submitted' ? 'registrations.review' : 'registrations.look')}</Button> },
  ]
  return (
    <>
      <DataTable<Registration>
        url="/api/system/registrations"
        queryKey={registrationsKey}
        label={t('registrations.title')}
        rowKey={(r) => r.id}
        columns={columns}
        filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`registrations.states.${s}`) })) }]}
        search={t('registrations.search')}
        exports
        empty={<EmptyState title={t('registrations.empty')} note={t('registrations.emptyNote', { address: `${window.location.origin}/register` })} />}
      />
      <Drawer open={open !== null} onClose={() => show(null)} size={620} destroyOnHidden title={t('registrations.one')}>
        {open && <One id={open} close={() => show(null)} />}
      </Drawer>
    </>
  )
}

function One({ id, close }: { id: string; close: () => void }) {
  const t = useSystemTexts()
  const text = useText()
  const f = useFormat()
  const one = useQuery({ queryKey: [...registrationsKey, id], queryFn: () => read(api.GET('/api/system/registrations/{id}', { params: { path: { id } } })) })
  const form = useQuery({ queryKey: ['registration', 'form'], queryFn: () => read(api.GET('/api/system/registration/form')), staleTime: 300_000 })
  if (one.error) return <Failure problem={one.error} retry={() => void one.refetch()} />
  if (!one.data) return <Loading />
  const r = one.data
  const district = form.data?.districts.find((d) => d.code === r.district)
  return (
    <div className="lh-stack">
      {r.namesakes.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('registrations.namesakes')}
          description={<ul className="lh-plain">{r.namesakes.map((n) => <li key={n.id}>{text(n.name)} <span className="lh-code">{n.uscc}</span> · {t(n.what === 'organisation' ? 'registrations.isOrganisation' : 'registrations.isRegistration')}</li>)}</ul>}
        />
      )}
      <Particulars
        items={[
          { key: 'name', label: t('field.name'), children: text(r.name) },
          { key: 'kind', label: t('field.kind'), children: t(`kind.${r.kind}`) },
          { key: 'uscc', label: t('field.uscc'), children: <span className="lh-code">{r.uscc}</span> },
          { key: 'district', label: t('field.district'), children: district ? text(district.name) : r.district },
          { key: 'contact', label: t('registrations.contact'), children: `${r.contact_name} · ${r.contact_phone} · ${r.contact_email}` },
          { key: 'login', label: t('field.login'), children: <span className="lh-code">{r.login}</span> },
          { key: 'state', label: t('field.state'), children: <StatusTag tone={registrationTones[r.state]}>{t(`registrations.states.${r.state}`)}</StatusTag> },
          ...(r.decided_at ? [{ key: 'decided', label: t('registrations.decided'), children: `${r.decided_by} · ${f.time(r.decided_at)}${r.reason ? ` · ${r.reason}` : ''}` }] : []),
        ]}
      />
      {r.state === 'submitted' && <Decide registration={r} close={close} />}
    </div>
  )
}

function Decide({ registration: r, close }: { registration: Detail; close: () => void }) {
  const t = useSystemTexts()
  const [reason, setReason] = useState('')
  const decide = useChange({
    run: (decision: Decision) => read(api.POST('/api/system/registrations/{id}/decision', { params: { path: { id: r.id }, header: ifMatch(r.version) }, body: { decision, reason } })),
    refresh: [registrationsKey, organisationsKey],
    done: t('registrations.done'),
    after: close,
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <label htmlFor="decision-reason">{t('registrations.reason')}</label>
      <Input.TextArea id="decision-reason" rows={3} maxLength={2000} value={reason} onChange={(e) => setReason(e.target.value)} />
      <span className="lh-actions">
        <Confirm title={t('registrations.approveTitle')} note={t('registrations.approveNote')} label={t('registrations.approve')} danger={false} button={{ type: 'primary' }} run={() => decide.mutateAsync('approve')} />
        <Confirm title={t('registrations.returnTitle')} note={t('registrations.returnNote')} label={t('registrations.return')} danger={false} run={() => decide.mutateAsync('return')} />
        <Confirm title={t('registrations.refuseTitle')} note={t('registrations.refuseNote')} label={t('registrations.refuse')} run={() => decide.mutateAsync('refuse')} />
      </span>
    </div>
  )
}
