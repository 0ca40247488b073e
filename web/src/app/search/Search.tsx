import { SearchOutlined } from '@ant-design/icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Alert, Button, Flex, Input, Segmented, type InputRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { EmptyState, Failure, Loading, PageHeader, useFormat, useLanguage, useText } from '../../kernel'
import { ask, Marked, type Found } from './data'
import { useSearchTexts } from './texts'

/** What can be found in the whole city, by kind. */
export default function Search() {
  const t = useSearchTexts()
  const [params, setParams] = useSearchParams()
  const q = params.get('q') ?? ''
  const kind = params.get('kind') ?? ''
  const change = (values: Record<string, string>) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      for (const [name, value] of Object.entries(values)) if (value) next.set(name, value); else next.delete(name)
      return next
    }, { replace: true })
  return (
    <div className="lh-stack lh-found-page">
      <PageHeader title={t('title')} />
      <Question value={q} change={(text) => change({ q: text, kind: '' })} />
      {q ? <Results q={q} kind={kind} choose={(k) => change({ kind: k })} /> : <EmptyState title={t('start')} note={t('startNote')} />}
    </div>
  )
}

/** Waits for a pause in typing before it asks. */
function Question({ value, change }: { value: string; change: (q: string) => void }) {
  const t = useSearchTexts()
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const input = useRef<InputRef>(null)
  useEffect(() => input.current?.focus(), [])
  useEffect(() => setText(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => change(next.trim()), 250)
  }
  return <Input ref={input} size="large" type="search" maxLength={200} allowClear prefix={<SearchOutlined aria-hidden />} aria-label={t('box')} placeholder={t('box')} value={text} onChange={(e) => type(e.target.value)} />
}

function Results({ q, kind, choose }: { q: string; kind: string; choose: (kind: string) => void }) {
  const t = useSearchTexts()
  const text = useText()
  const f = useFormat()
  const pages = useInfiniteQuery({
    queryKey: ['search', q, kind],
    queryFn: ({ pageParam }) => ask(q, kind, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  if (pages.error) return <Failure problem={pages.error} retry={() => void pages.refetch()} />
  const first = pages.data?.pages[0]
  if (!pages.data || !first) return <Loading />
  const items = pages.data.pages.flatMap((p) => p.items)
  const all = first.kinds.reduce((sum, k) => sum + k.count, 0)
  return (
    <>
      {first.building && <Alert type="info" showIcon title={t('building')} role="status" />}
      {first.kinds.length > 0 && (
        <div className="lh-found-kinds">
          <Segmented
            aria-label={t('kinds')}
            value={kind}
            onChange={(value) => choose(String(value))}
            options={[{ value: '', label: `${t('all')} ${f.number(all)}` }, ...first.kinds.map((k) => ({ value: k.kind, label: `${text(k.title)} ${f.number(k.count)}` }))]}
          />
        </div>
      )}
      <div className="lh-muted" role="status">{all === 0 ? '' : `${t('count', { count: first.total })}${first.all ? '' : ` · ${t('most')}`}`}</div>
      {items.length === 0 && <EmptyState title={t('nothing', { q })} note={t('nothingNote')} />}
      <ol className="lh-plain lh-found-list">
        {items.map((x) => <Item key={x.object} found={x} />)}
      </ol>
      {pages.hasNextPage && (
        <Flex justify="center">
          <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('more')}</Button>
        </Flex>
      )}
    </>
  )
}

function Item({ found }: { found: Found }) {
  const text = useText()
  const language = useLanguage()
  return (
    <li className="lh-found">
      <Link to={found.path}><Marked pieces={found.marked[language]} /></Link>
      <span className="lh-found-kind">{text(found.kind_title)}</span>
      {found.excerpt.length > 0 && <p><Marked pieces={found.excerpt} /></p>}
      {found.tags.length > 0 && <p className="lh-muted">{found.tags.filter(Boolean).join(' · ')}</p>}
    </li>
  )
}
