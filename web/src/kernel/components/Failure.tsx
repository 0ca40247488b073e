import { Alert, Button } from 'antd'
import { problemText, useKernelTexts } from '../language'
import { Problem } from '../problem'

/** Says that something could not be read, why, and lets people try again. */
export function Failure({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const t = useKernelTexts()
  const request = problem instanceof Problem && problem.status >= 500 && problem.requestID
  return (
    <Alert
      type="error"
      showIcon
      title={problemText(problem)}
      description={request ? t('form.request', { id: request }) : undefined}
      action={
        retry && (
          <Button size="small" onClick={retry}>
            {t('action.retry')}
          </Button>
        )
      }
    />
  )
}
