import { Card, Flex, Typography } from 'antd'
import { useEffect, type ReactNode } from 'react'
import { useKernelTexts } from '../kernel'
import { LanguageButton, ModeButton } from './Account'

/** The frame of pages before sign-in. */
export function Gate({ title, note, wide, children }: { title: string; note?: ReactNode; wide?: boolean; children: ReactNode }) {
  const t = useKernelTexts()
  const name = t('app.name')
  useEffect(() => {
    document.title = `${title} · ${name}`
  }, [title, name])
  return (
    <div className="lh-gate">
      <Flex justify="space-between" align="center" className="lh-gate-top">
        <Flex gap={10} align="center">
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <div>
            <div className="lh-brand-name">{name}</div>
            <div className="lh-gate-tagline">{t('app.tagline')}</div>
          </div>
        </Flex>
        <Flex gap={4}>
          <LanguageButton />
          <ModeButton />
        </Flex>
      </Flex>
      <main className={wide ? 'lh-gate-card lh-gate-wide' : 'lh-gate-card'}>
        <Card>
          <Typography.Title level={1} className="lh-gate-title">
            {title}
          </Typography.Title>
          {note && <Typography.Paragraph type="secondary">{note}</Typography.Paragraph>}
          {children}
        </Card>
      </main>
    </div>
  )
}
