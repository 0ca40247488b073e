import { Skeleton } from 'antd'
import { useKernelTexts } from '../language'

/** The shape of a page while it is read. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const t = useKernelTexts()
  return (
    <div aria-busy="true" role="status">
      <span className="lh-unseen">{t('page.loading')}</span>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  )
}
