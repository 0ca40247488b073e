import { Button } from 'antd'
import { useNavigate } from 'react-router'
import { EmptyState, PageHeader, useKernelTexts } from '../kernel'

/** What stands at an address that has no page. */
export function NoSuchPage() {
  const t = useKernelTexts()
  const go = useNavigate()
  return (
    <>
      <PageHeader title={t('page.notFound')} />
      <EmptyState
        title={t('page.notFoundNote')}
        action={
          <Button type="primary" onClick={() => void go('/')}>
            {t('action.home')}
          </Button>
        }
      />
    </>
  )
}
