import { Empty, Typography } from 'antd'
import type { ReactNode } from 'react'
import { useKernelTexts } from '../language'

/** What stands where data would stand: why there is none, and what to do. */
export function EmptyState({ title, note, action }: { title?: string; note?: ReactNode; action?: ReactNode }) {
  const t = useKernelTexts()
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div>{title ?? t('list.empty')}</div>
          {note && <Typography.Text type="secondary">{note}</Typography.Text>}
        </>
      }
    >
      {action}
    </Empty>
  )
}
