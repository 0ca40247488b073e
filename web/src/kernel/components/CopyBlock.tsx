import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useKernelTexts } from '../language'

/** A text to paste elsewhere, with a button that copies it. */
export function CopyBlock({ text, label, oneLine }: { text: string; label: string; oneLine?: boolean }) {
  const t = useKernelTexts()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    await copyText(text)
    setCopied(true)
  }
  return (
    <div className={oneLine ? 'lh-copy lh-copy-line' : 'lh-copy'}>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <Button size="small" icon={copied ? <CheckOutlined /> : <CopyOutlined />} onClick={() => void copy()} aria-label={`${t('action.copy')} ${label}`}>
        {copied ? t('action.copied') : t('action.copy')}
      </Button>
    </div>
  )
}

/** Copies a text; the clipboard of browsers exists on safe origins only, so there is the old way too. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text)
    return
  }
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
