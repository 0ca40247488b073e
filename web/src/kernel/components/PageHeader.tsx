import { Flex, Typography } from 'antd'
import { useEffect, type ReactNode } from 'react'
import { useKernelTexts } from '../language'

interface Props {
  title: string
  /** One line below the title. */
  note?: ReactNode
  /** Marks beside the title, such as a status. */
  marks?: ReactNode
  /** Buttons at the right. */
  actions?: ReactNode
}

/** The head of every page: names it, in the window's title too. */
export function PageHeader({ title, note, marks, actions }: Props) {
  const t = useKernelTexts()
  const name = t('app.name')
  useEffect(() => {
    document.title = `${title} · ${name}`
  }, [title, name])
  return (
    <Flex wrap gap={12} align="center" justify="space-between" className="lh-page-header">
      <div className="lh-page-title">
        <Flex wrap gap={8} align="center">
          <Typography.Title level={1}>{title}</Typography.Title>
          {marks}
        </Flex>
        {note && <Typography.Text type="secondary">{note}</Typography.Text>}
      </div>
      {actions && (
        <Flex wrap gap={8}>
          {actions}
        </Flex>
      )}
    </Flex>
  )
}
