import { SearchOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Grid, Input, Modal, type InputRef } from 'antd'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { useLanguage, useText } from '../../kernel'
import { Marked, suggest } from './data'
import { useSearchTexts } from './texts'

/** Opens the search from everywhere: a click, Ctrl+K, or / outside of fields. */
export function SearchBox() {
  const t = useSearchTexts()
  const wide = Grid.useBreakpoint().md !== false
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const press = (e: globalThis.KeyboardEvent) => {
      const field = e.target instanceof HTMLElement && (e.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName))
      if (((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') || (e.key === '/' && !field && !e.ctrlKey && !e.metaKey && !e.altKey)) {
        e.preventDefault()
        setOpen(true)
      }
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return (
    <>
      <Button type={wide ? 'default' : 'text'} icon={<SearchOutlined />} aria-label={t('open')} title={t('open')} onClick={() => setOpen(true)} className={wide ? 'lh-search-box' : ''}>
        {wide && (
          <>
            <span className="lh-muted">{t('short')}</span>
            <kbd>Ctrl K</kbd>
          </>
        )}
      </Button>
      <Modal open={open} onCancel={() => setOpen(false)} footer={null} closable={false} title={<span className="lh-unseen">{t('title')}</span>} className="lh-search-modal" destroyOnHidden width={640} style={{ top: 72 }}>
        <Asking close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function Asking({ close }: { close: () => void }) {
  const t = useSearchTexts()
  const text = useText()
  const language = useLanguage()
  const go = useNavigate()
  const list = useId()
  const input = useRef<InputRef>(null)
  const [q, setQ] = useState('')
  const [asked, setAsked] = useState('')
  const [at, setAt] = useState(-1)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(q.trim()), 120)
    return () => clearTimeout(timer)
  }, [q])
  useEffect(() => input.current?.focus(), [])
  const found = useQuery({ queryKey: ['search', 'suggestions', asked], queryFn: () => suggest(asked), enabled: asked !== '', placeholderData: keepPreviousData })
  const items = asked ? (found.data?.items ?? []) : []
  const open = (path: string) => {
    close()
    void go(path)
  }
  const all = `/search?q=${encodeURIComponent(q.trim())}`
  const press = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      const n = items.length + 1
      setAt((at + (e.key === 'ArrowDown' ? 1 : -1) + 1 + n) % n - 1)
    } else if (e.key === 'Enter' && q.trim()) {
      open(items[at]?.path ?? all)
    }
  }
  return (
    <div className="lh-stack">
      <Input
        ref={input}
        size="large"
        maxLength={200}
        value={q}
        prefix={<SearchOutlined aria-hidden />}
        placeholder={t('box')}
        role="combobox"
        aria-label={t('box')}
        aria-expanded={items.length > 0}
        aria-controls={list}
        aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
        onChange={(e) => { setQ(e.target.value); setAt(-1) }}
        onKeyDown={press}
      />
      <div id={list} role="listbox" aria-label={t('title')} className="lh-suggestions">
        {items.map((x, i) => (
          // The keyboard is handled at the field, which keeps the focus.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div key={x.object} id={`${list}-${i}`} role="option" tabIndex={-1} aria-selected={i === at} onClick={() => open(x.path)}>
            <span className="lh-break"><Marked pieces={x.marked[language]} /></span>
            <span className="lh-muted">{text(x.kind_title)}</span>
          </div>
        ))}
      </div>
      <div className="lh-bar">
        <span className="lh-muted">{t('move')}</span>
        {q.trim() && <Button type="link" onClick={() => open(all)}>{t('see')}</Button>}
      </div>
    </div>
  )
}
