import { Button, Result } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { PageHeader, useKernelTexts, useMay } from '../kernel'

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
        extra={
          <Link to="/">
            <Button type="primary" tabIndex={-1}>
              {t('action.home')}
            </Button>
          </Link>
        }
      />
    </>
  )
}
