import { Alert, Card } from 'antd'
import { Navigate, useNavigate } from 'react-router'
import { api, Confirm, EmptyState, EntityForm, Failure, LinkButton, Loading, PageHeader, read, useChange } from '../../kernel'
import { roomKey, useMine } from './data'
import { EntryFields } from './EntryFields'
import { inputOf, type Values } from './input'
import { useEnterpriseTexts } from './texts'

/** The entry of one's own organisation: filed here, and from then on its page. */
export default function Mine() {
  const t = useEnterpriseTexts()
  const mine = useMine()
  const go = useNavigate()
  const claim = useChange({
    run: (id: string) => read(api.POST('/api/enterprise/entries/{id}/claim', { params: { path: { id } } })),
    refresh: [roomKey], quiet: true, after: (e) => void go(`/enterprise/entries/${e.id}`),
  })
  if (mine.error) return <Failure problem={mine.error} retry={() => void mine.refetch()} />
  if (!mine.data) return <Loading />
  const own = mine.data
  if (own.id && own.status !== 'refused') return <Navigate to={`/enterprise/entries/${own.id}`} replace />
  const submit = async (values: Values) => {
    const e = await read(api.POST('/api/enterprise/entries', { body: inputOf(values) }))
    void go(`/enterprise/entries/${e.id}`)
  }
  return (
    <div className="lh-stack">
      <PageHeader title={t('mine.title')} note={t('mine.note')} />
      {own.status === 'refused' && <Alert type="warning" showIcon title={t('mine.refused')} action={<LinkButton size="small" to={`/enterprise/entries/${own.id}`}>{t('mine.refusedOpen')}</LinkButton>} />}
      {own.claim !== '' && (
        <Alert
          type="info" showIcon title={t('mine.claimTitle')} description={t('mine.claimNote', { code: own.code })}
          action={<Confirm title={t('mine.claimTitle')} note={t('mine.claimWhat')} label={t('mine.claim')} danger={false} run={() => claim.mutateAsync(own.claim)} button={{ type: 'primary', size: 'small' }} />}
        />
      )}
      {own.may ? (
        own.claim === '' && (
          <Card>
            <EntityForm<Values> submit={submit} initial={{ name: own.name.en === own.name.zh ? { zh: own.name.zh } : own.name, ...(own.code ? { code: own.code } : {}), ...(own.district ? { district: own.district } : {}) }} submitLabel={t('mine.submit')} cancel={() => void go('/enterprise')} wide>
              <EntryFields fresh />
            </EntityForm>
          </Card>
        )
      ) : (
        <EmptyState title={t('mine.bureau')} note={t('mine.bureauNote')} action={<LinkButton to="/enterprise">{t('list.title')}</LinkButton>} />
      )}
    </div>
  )
}
