import { EmptyState, LinkButton, PageHeader, useKernelTexts } from '../kernel'

/** What stands at an address that has no page. */
export function NoSuchPage() {
  const t = useKernelTexts()
  return (
    <>
      <PageHeader title={t('page.notFound')} />
      <EmptyState
        title={t('page.notFoundNote')}
        action={<LinkButton type="primary" to="/">{t('action.home')}</LinkButton>}
      />
    </>
  )
}
