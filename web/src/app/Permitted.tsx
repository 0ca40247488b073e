import { Result } from 'antd'
import type { ReactNode } from 'react'
import { LinkButton, PageHeader, useKernelTexts, useMay } from '../kernel'

/** Shows a page to who may see it, and says to others what they lack. */
export function Permitted({ permission, children }: { permission: string; children: ReactNode }) {
  const may = useMay()
  const t = useKernelTexts()
  if (may(permission)) return children
  return (
    <>
      <PageHeader title={t('page.forbidden')} />
      <Result
        status="403"
        icon={null}
        subTitle={t('page.forbiddenNote', { permission })}
        extra={<LinkButton type="primary" to="/">{t('action.home')}</LinkButton>}
      />
    </>
  )
}
