import { Alert, Button } from 'antd'
import { isRouteErrorResponse, useRouteError } from 'react-router'
import { useKernelTexts } from '../kernel'

/** What stands in place of a page that failed; the menu around it goes on working. */
export function Broken() {
  const t = useKernelTexts()
  const error = useRouteError()
  const text = isRouteErrorResponse(error) ? `${error.status} ${error.statusText}` : error instanceof Error ? error.message : String(error)
  return (
    <main className="lh-broken">
      <Alert
        type="error"
        showIcon
        title={t('page.broken')}
        description={
          <>
            <p>{t('page.brokenNote')}</p>
            <code>{text}</code>
          </>
        }
        action={<Button onClick={() => window.location.reload()}>{t('action.reload')}</Button>}
      />
    </main>
  )
}
