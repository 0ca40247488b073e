import { Alert, Button, Card, Drawer } from 'antd'
import { useParams, useSearchParams } from 'react-router'
import { api, Confirm, EntityForm, Failure, ifMatch, LinkButton, Loading, none, PageHeader, PageTabs, Particulars, read, StatusTag, SyntheticMark, useChange, useFormat, useMay, useSession, useText } from '../../kernel'
import { Accesses } from './Accesses'
import { Asking } from './Asking'
import { ConsentForm } from './ConsentForm'
import { roomKey, statusTone, useEntry, useVocabulary, type EntryDetail, type Group } from './data'
import { Decision } from './Decision'
import { EntryFields } from './EntryFields'
import { History } from './History'
import { inputOf, valuesOf, type Values } from './input'
import { ContactTable, FigureTable, RevenueTable, SiteTable, StaffTable } from './ProfileTables'
import { Qualifications } from './Qualifications'
import { useEnterpriseTexts } from './texts'
import './enterprise.css'

/** One enterprise, as far as the reader may see it. */
export default function Entry() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const entry = useEntry(id)
  if (entry.error) {
    return (
      <>
        <PageHeader title={t('entry.title')} />
        <Failure problem={entry.error} retry={() => void entry.refetch()} />
      </>
    )
  }
  return entry.data ? <Page entry={entry.data} /> : <Loading />
}

function Page({ entry }: { entry: EntryDetail }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const vocabulary = useVocabulary()
  const [params, setParams] = useSearchParams()
  const own = entry.near === 'keeper'
  const tabs = [
    { key: 'profile', label: t('entry.profile'), children: <Profile entry={entry} /> },
    { key: 'qualifications', label: t('field.qualifications'), children: <Qualifications entry={entry} /> },
    ...(own && entry.consent ? [{ key: 'consent', label: t('consent.title'), children: <ConsentForm entry={entry} consent={entry.consent} /> }] : []),
    ...(own ? [{ key: 'accesses', label: t('access.title'), children: <Accesses id={entry.id} /> }, { key: 'history', label: t('history.title'), children: <History id={entry.id} /> }] : []),
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(entry.name)}
        note={<span className="lh-code">{entry.code}</span>}
        marks={
          <>
            <StatusTag tone={statusTone[entry.status]}>{vocabulary.title('statuses', entry.status)}</StatusTag>
            {entry.near === 'partner' && <StatusTag tone="info">{t('entry.partner')}</StatusTag>}
            {entry.synthetic && <SyntheticMark />}
          </>
        }
        actions={own || entry.may_ask ? <Actions entry={entry} /> : null}
      />
      {own && entry.status === 'returned' && <Alert type="warning" showIcon title={t('entry.returned')} description={<span className="lh-enterprise-text">{entry.reason}</span>} />}
      {own && entry.status === 'refused' && <Alert type="error" showIcon title={t('entry.refused')} description={<span className="lh-enterprise-text">{entry.reason}</span>} />}
      {own && entry.status === 'removed' && <Alert type="info" showIcon title={t('entry.removed')} />}
      {own && entry.status === 'submitted' && <Alert type="info" showIcon title={t(may('enterprise.review') ? 'entry.toReview' : 'entry.submitted')} {...(may('enterprise.review') ? {} : { description: t('entry.submittedNote') })} />}
      {entry.mine && entry.status === 'accepted' && <Next />}
      {entry.expiring.length > 0 && <Alert type="warning" showIcon title={t('entry.expiring', { n: entry.expiring.length })} />}
      {entry.hidden.length > 0 && <p className="lh-note">{t('entry.hidden', { what: f.list(entry.hidden.map((g) => t(`group.${g as Group}`))) })}</p>}
      <Card size="small">
        <PageTabs label={t('entry.title')} active={params.get('tab') ?? 'profile'} change={(tab) => setParams(tab === 'profile' ? {} : { tab }, { replace: true })} items={tabs} />
      </Card>
    </div>
  )
}

/** What an enterprise that is in the directory does next. */
function Next() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const ways = [
    { key: 'diagnosis', to: '/enterprise/diagnosis', may: may('enterprise.diagnosis.answer') },
    { key: 'need', to: '/enterprise/needs?begin=', may: may('enterprise.need.act') },
    { key: 'policies', to: '/enterprise/policies', may: may('enterprise.policy.fill') },
    { key: 'provider', to: '/enterprise/providers', may: may('enterprise.provider.file') },
  ] as const
  const open = ways.filter((w) => w.may)
  if (open.length === 0) return null
  return <nav aria-label={t('entry.next')} className="lh-enterprise-next">{open.map((w, i) => <LinkButton key={w.key} to={w.to} type={i === 0 ? 'primary' : 'default'}>{t(`entry.nexts.${w.key}`)}</LinkButton>)}</nav>
}

function Actions({ entry }: { entry: EntryDetail }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const { organisation } = useSession()
  const [params, setParams] = useSearchParams()
  const editing = params.get('edit') !== null
  const mark = (name: string) => (on: boolean) => setParams((p) => { if (on) p.set(name, ''); else p.delete(name); return p }, { replace: !on })
  const [asking, show, ask] = [params.get('ask') !== null, mark('edit'), mark('ask')]
  const city = may('enterprise.review') && organisation.kind === 'bureau'
  const remove = useChange({
    run: () => read(api.DELETE('/api/enterprise/entries/{id}', { params: { path: { id: entry.id } } })),
    refresh: [[...roomKey, 'list'], [...roomKey, 'summary']], quiet: true, after: () => window.history.back(),
  })
  return (
    <>
      {entry.may_ask && <Button onClick={() => ask(true)}>{t('request.ask')}</Button>}
      {entry.near === 'keeper' && may('enterprise.file') && entry.status !== 'refused' && entry.status !== 'merged' && entry.status !== 'removed' && <Button type={entry.status === 'returned' && !city ? 'primary' : 'default'} onClick={() => show(true)}>{t(entry.status === 'returned' && !city ? 'entry.mend' : 'entry.edit')}</Button>}
      {city && entry.status === 'submitted' && <Decision entry={entry} />}
      {city && entry.status === 'accepted' && !entry.claimed && <LinkButton to={`/enterprise/invitations?q=${entry.code}`}>{t('invitations.one')}</LinkButton>}
      {city && entry.synthetic && <Confirm title={t('entry.removeTitle')} note={t('entry.removeNote')} label={t('entry.remove')} run={() => remove.mutateAsync()} />}
      {entry.may_ask && <Asking entry={entry} open={asking} close={() => ask(false)} />}
      <Edit entry={entry} open={editing} close={() => show(false)} />
    </>
  )
}

function Edit({ entry, open, close }: { entry: EntryDetail; open: boolean; close: () => void }) {
  const t = useEnterpriseTexts()
  const change = useChange({
    run: (values: Values) => read(api.PUT('/api/enterprise/entries/{id}', { params: { path: { id: entry.id }, header: ifMatch(entry.version) }, body: inputOf(values) })),
    refresh: [roomKey], done: t('entry.saved'), after: close, quiet: true,
  })
  return (
    <Drawer open={open} onClose={close} size={960} title={t('entry.edit')} destroyOnHidden>
      <EntityForm<Values> name="entry" initial={valuesOf(entry)} submit={(v) => change.mutateAsync(v)} submitLabel={t(entry.status === 'returned' ? 'entry.again' : 'entry.save')} cancel={close} wide>
        <EntryFields />
      </EntityForm>
    </Drawer>
  )
}

function Profile({ entry }: { entry: EntryDetail }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const p = entry.profile
  const hides = (group: Group) => entry.hidden.includes(group)
  const line = (key: string, label: string, value: React.ReactNode, group?: Group) => ({ key, label, children: group && hides(group) ? <span className="lh-note">{t('entry.notShown')}</span> : value || none })
  const items = [
    line('district', t('field.district'), vocabulary.title('districts', entry.district)),
    line('industry', t('field.industry'), `${entry.industry} ${vocabulary.title('industries', entry.industry)}${p.industry_class ? ` · ${p.industry_class}` : ''}`),
    line('size', t('field.size'), entry.size ? vocabulary.title('sizes', entry.size) : '', 'size'),
    line('founded', t('field.foundedOn'), p.founded_on, 'founding'),
    line('capital', t('field.capital'), p.capital === undefined ? '' : f.number(p.capital), 'founding'),
    line('address', t('field.address'), p.address, 'location'),
    line('website', t('field.website'), p.website ? <a href={p.website} rel="noreferrer" target="_blank">{p.website}</a> : '', 'business'),
    line('chains', t('field.chains'), f.list((p.chains ?? []).map((c) => (c.stage ? `${c.chain} · ${c.stage}` : c.chain))), 'business'),
    line('products', t('field.products'), f.list(p.products ?? []), 'business'),
    line('technologies', t('field.technologies'), f.list(p.technologies ?? []), 'business'),
    line('description', t('field.description'), p.description ? <span className="lh-enterprise-text">{p.description}</span> : '', 'business'),
    line('updated', t('field.updated'), f.time(entry.updated_at)),
  ]
  return (
    <div className="lh-stack">
      <Particulars items={items} />
      {(p.sites ?? []).length > 0 && <SiteTable sites={p.sites ?? []} />}
      {(p.staff ?? []).length > 0 && <StaffTable rows={p.staff ?? []} />}
      {(p.revenue ?? []).length > 0 && <RevenueTable rows={p.revenue ?? []} />}
      {(p.figures ?? []).length > 0 && <FigureTable rows={p.figures ?? []} />}
      {entry.contacts.length > 0 && <ContactTable contacts={entry.contacts} />}
    </div>
  )
}

