import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Checkbox, Drawer, Form, Input, Radio, Select, Switch } from 'antd'
import { useState } from 'react'
import { api, Confirm, CopyBlock, DataTable, EmptyState, EntityForm, ifMatch, NameFields, PageHeader, read, StatusTag, useChange, useFormat, useText, type Column, type Schema } from '../../kernel'
import { useOrganisations } from '../system/data'
import { grants, grantText, listOf, programsKey, scopes, type Program } from './data'
import { useProgramTexts } from './texts'

type Wanted = Schema<'OidcClientInput'>
/** What the form holds: lists are typed one to a line. */
interface Values extends Omit<Wanted, 'redirect_uris' | 'logout_uris' | 'audiences'> {
  redirect_uris: string
  logout_uris: string
  audiences: string
}

/** Programs that sign people in here, or get tokens in their own name. */
export default function Programs() {
  const t = useProgramTexts()
  const [edited, setEdited] = useState<Program | 'new' | null>(null)
  const [made, setMade] = useState<Program | null>(null)
  const keys = useChange({ run: () => read(api.POST('/api/oidc/keys')), done: t('programs.keysDone'), quiet: true })
  const close = () => {
    setEdited(null)
    setMade(null)
  }
  return (
    <>
      <PageHeader title={t('programs.title')} note={t('programs.note')} actions={
        <>
          <Confirm title={t('programs.keysTitle')} note={t('programs.keysNote')} label={t('programs.keys')} danger={false} run={() => keys.mutateAsync()} />
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>{t('programs.add')}</Button>
        </>
      } />
      <DataTable<Program>
        url="/api/oidc/clients"
        queryKey={programsKey}
        label={t('programs.title')}
        rowKey={(c) => c.id}
        columns={useColumns(setEdited, setMade)}
        filters={[{ name: 'grant', label: t('programs.grants'), options: grants.map((g) => ({ value: g, label: t(`programs.grant.${grantText(g)}`) })) }]}
        search={t('programs.search')}
        exports
        empty={<EmptyState title={t('programs.empty')} note={t('programs.emptyNote')} />}
      />
      <Drawer open={edited !== null || made !== null} onClose={close} size={640} destroyOnHidden title={made ? t('programs.registeredDone') : edited === 'new' ? t('programs.add') : t('programs.edit')}>
        {made ? <Made program={made} close={close} /> : edited && <ProgramForm program={edited === 'new' ? null : edited} close={close} made={setMade} />}
      </Drawer>
    </>
  )
}

function useColumns(edit: (p: Program) => void, made: (p: Program) => void): Column<Program>[] {
  const t = useProgramTexts()
  const f = useFormat()
  const text = useText()
  const organisations = useOrganisations()
  const by = (id: string) => ({ params: { path: { id } } })
  const rotate = useChange({ run: (id: string) => read(api.POST('/api/oidc/clients/{id}/secret', by(id))), refresh: [programsKey], after: made, quiet: true })
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/oidc/clients/{id}', by(id))), refresh: [programsKey], done: t('programs.removed'), quiet: true })
  return [
    { key: 'name', title: t('programs.name'), sort: 'name', render: (p) => <span className="lh-two"><span>{text(p.name)}</span><span className="lh-code">{p.id}</span></span> },
    { key: 'organisation', title: t('programs.organisation'), sort: 'organisation_id', from: 'lg', render: (p) => organisations.name(p.organisation_id) },
    { key: 'grants', title: t('programs.grants'), from: 'md', render: (p) => <span className="lh-prose">{f.list(p.grants.map((g) => t(`programs.grant.${grantText(g)}`)))}</span> },
    {
      key: 'state', title: t('programs.state'), from: 'sm',
      render: (p) => (
        <span className="lh-two">
          <StatusTag tone={p.enabled ? 'good' : 'idle'}>{t(p.enabled ? 'programs.on' : 'programs.off')}</StatusTag>
          {p.own && <span>{t('programs.ownTag')}</span>}
        </span>
      ),
    },
    { key: 'registered', title: t('programs.registered'), sort: 'created_at', from: 'lg', render: (p) => <span className="lh-number">{f.time(p.created_at)}</span> },
    {
      key: 'act', title: t('programs.actions'), align: 'right',
      render: (p) => (
        <span className="lh-actions">
          <Button size="small" onClick={() => edit(p)}>{t('programs.change')}</Button>
          {p.confidential && <Confirm title={t('programs.rotateTitle')} note={t('programs.rotateNote')} label={t('programs.rotate')} danger={false} button={{ size: 'small' }} run={() => rotate.mutateAsync(p.id)} />}
          <Confirm title={t('programs.removeTitle')} note={t('programs.removeNote')} label={t('programs.remove')} button={{ size: 'small' }} run={() => remove.mutateAsync(p.id)} />
        </span>
      ),
    },
  ]
}

/** What the program's administrator needs, with the secret that is shown this once. */
function Made({ program, close }: { program: Program; close: () => void }) {
  const t = useProgramTexts()
  return (
    <div className="lh-stack">
      <div className="lh-muted">{t('programs.use')}</div>
      <CopyBlock text={`${window.location.origin}/.well-known/openid-configuration`} label="issuer" oneLine />
      <div className="lh-muted">{t('programs.id')}</div>
      <CopyBlock text={program.id} label={t('programs.id')} oneLine />
      {program.secret && (
        <>
          <Alert type="warning" showIcon title={t('programs.once')} />
          <CopyBlock text={program.secret} label={t('programs.secret')} oneLine />
        </>
      )}
      <div><Button type="primary" onClick={close}>{t('programs.close')}</Button></div>
    </div>
  )
}

function initialOf(p: Program | null): Partial<Values> {
  if (!p) return { confidential: true, grants: ['authorization_code'], scopes: ['openid', 'profile'], algorithm: 'EdDSA', own: false, enabled: true }
  return {
    name: p.name, confidential: p.confidential, grants: p.grants as Wanted['grants'], scopes: p.scopes as Wanted['scopes'], algorithm: p.algorithm, own: p.own, enabled: p.enabled,
    redirect_uris: p.redirect_uris.join('\n'), logout_uris: p.logout_uris.join('\n'), audiences: p.audiences.join('\n'),
  }
}

function ProgramForm({ program, close, made }: { program: Program | null; close: () => void; made: (p: Program) => void }) {
  const t = useProgramTexts()
  const organisations = useOrganisations()
  const save = useChange({
    run: (v: Values) => {
      const body: Wanted = {
        ...v, name: { zh: v.name?.zh?.trim() ?? '', en: v.name?.en?.trim() ?? '' }, confidential: program?.confidential ?? v.confidential, scopes: v.scopes ?? [],
        redirect_uris: listOf(v.redirect_uris), logout_uris: listOf(v.logout_uris), audiences: listOf(v.audiences),
      }
      if (!program) return read(api.POST('/api/oidc/clients', { body }))
      return read(api.PUT('/api/oidc/clients/{id}', { params: { path: { id: program.id }, header: ifMatch(program.version) }, body }))
    },
    refresh: [programsKey],
    done: t('programs.saved'),
    after: (p) => (program ? close() : made(p)),
    quiet: true,
  })
  return (
    <EntityForm<Values> initial={initialOf(program)} submit={(v) => save.mutateAsync(v)} cancel={close}>
      <NameFields name="name" label={t('programs.name')} required />
      {!program && (
        <>
          <Form.Item name="confidential" label={t('programs.kind')}>
            <Radio.Group options={[{ value: true, label: t('programs.confidential') }, { value: false, label: t('programs.open') }]} />
          </Form.Item>
          {organisations.options.length > 1 && (
            <Form.Item name="organisation_id" label={t('programs.organisation')} extra={t('programs.organisationNote')}>
              <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={organisations.options} />
            </Form.Item>
          )}
        </>
      )}
      <Form.Item name="grants" label={t('programs.grants')} extra={t('programs.grantsNote')} rules={[{ validator: async (_, list: string[] | undefined) => { if (!list?.length) throw new Error(t('programs.missing', { label: t('programs.grants') })) } }]}>
        <Checkbox.Group options={grants.map((g) => ({ value: g, label: t(`programs.grant.${grantText(g)}`) }))} />
      </Form.Item>
      <Form.Item name="scopes" label={t('programs.scopes')}>
        <Checkbox.Group options={scopes.map((s) => ({ value: s, label: t(`scopeName.${s}`) }))} />
      </Form.Item>
      <Form.Item name="redirect_uris" label={t('programs.redirects')} extra={t('programs.redirectsNote')}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item name="logout_uris" label={t('programs.logouts')} extra={t('programs.logoutsNote')}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 8 }} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item name="audiences" label={t('programs.audiences')} extra={t('programs.audiencesNote')}>
        <Input.TextArea autoSize={{ minRows: 1, maxRows: 8 }} className="lh-code" spellCheck={false} />
      </Form.Item>
      <Form.Item name="algorithm" label={t('programs.algorithm')} extra={t('programs.algorithmNote')}>
        <Radio.Group options={[{ value: 'EdDSA', label: 'EdDSA' }, { value: 'RS256', label: 'RS256' }]} />
      </Form.Item>
      <Form.Item name="own" label={t('programs.own')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="enabled" label={t('programs.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </EntityForm>
  )
}
