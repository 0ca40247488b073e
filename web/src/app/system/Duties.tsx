import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Flex } from 'antd'
import { api, Failure, LinkButton, Loading, PageHeader, read, StatusTag, useMay, useText } from '../../kernel'
import { useSystemTexts } from './texts'

/** The three duties that exclude each other: a checklist of who is named. */
export default function Duties() {
  const t = useSystemTexts()
  const text = useText()
  const may = useMay()
  const duties = useQuery({ queryKey: ['duties'], queryFn: () => read(api.GET('/api/system/duties')) })
  if (duties.isPending) return <Loading />
  if (duties.error) return <Failure problem={duties.error} retry={() => void duties.refetch()} />
  const { items, conflicts } = duties.data
  const vacant = items.filter((d) => d.provisional)
  return (
    <div className="lh-stack">
      <PageHeader title={t('duties.title')} note={t('duties.note')} actions={may('system.person.edit') && <LinkButton to="/system/persons">{t('duties.appoint')}</LinkButton>} />
      {vacant.length > 0 && <Alert type="warning" showIcon title={t('duties.vacant', { roles: vacant.map((d) => text(d.title)).join(t('duties.and')) })} description={t('duties.vacantNote')} />}
      {conflicts.length > 0 && <Alert type="error" showIcon title={t('duties.conflict', { names: conflicts.map((h) => h.name).join(', ') })} />}
      {vacant.length === 0 && conflicts.length === 0 && <Alert type="success" showIcon title={t('duties.separate')} />}
      {items.map((d) => (
        <Card key={d.role} size="small" title={text(d.title)} extra={<StatusTag tone={d.provisional ? 'warn' : 'good'}>{t(d.provisional ? 'duties.standIn' : 'duties.named')}</StatusTag>}>
          <p className="lh-muted">{t(`duties.does.${d.role}`)}</p>
          <Flex gap={12} wrap>
            {d.holders.map((h) => (
              <span key={h.id}>
                {h.name} <span className="lh-code">{h.login}</span>
              </span>
            ))}
            {d.holders.length === 0 && <span>{t('duties.nobody')}</span>}
          </Flex>
        </Card>
      ))}
    </div>
  )
}
