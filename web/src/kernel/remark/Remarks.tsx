import { DownloadOutlined } from '@ant-design/icons'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Flex } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'react-router'
import { api, read, type Schema } from '../client'
import { useKernelTexts, useLanguage } from '../language'
import { useLive } from '../live'
import { EmptyState } from '../components/EmptyState'
import { Failure } from '../components/Failure'
import { Loading } from '../components/Loading'
import { useChange } from '../components/useChange'
import { Remark } from './Remark'
import { threadsOf, type Thread } from './text'
import { Writing, type Comment, type Said, type Subject } from './Writing'

/** How many comments are read at once; a thread is never longer. */
const pageSize = 200

/** What people say about an object, and the files that they attach: `<Remarks kind="plan.target" id={id} />`. */
export function Remarks(subject: Subject) {
  const { kind, id } = subject
  const key = ['remark', kind, id]
  const path = { kind, id }
  const object = useQuery({ queryKey: [...key, 'object'], queryFn: () => read(api.GET('/api/remark/objects/{kind}/{id}', { params: { path } })) })
  const list = useInfiniteQuery({
    queryKey: [...key, 'comments'],
    queryFn: ({ pageParam }) => read(api.GET('/api/remark/objects/{kind}/{id}/comments', { params: { path, query: { sort: '-thread', limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
  })
  useLive('remark.comments', key, `${kind}/${id}`)
  if (object.error) return <Failure problem={object.error} retry={() => void object.refetch()} />
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!object.data || !list.data) return <Loading />
  const threads = threadsOf(list.data.pages.flatMap((p) => p.items))
  return <Threads subject={subject} refresh={key} object={object.data} threads={threads} {...(list.hasNextPage ? { more: () => void list.fetchNextPage() } : {})} />
}

interface ThreadsProps {
  subject: Subject
  refresh: string[]
  object: Schema<'RemarkObjectView'>
  threads: Thread<Comment>[]
  more?: () => void
}

function Threads({ subject, refresh, object, threads, more }: ThreadsProps) {
  const t = useKernelTexts()
  const language = useLanguage()
  const { hash } = useLocation()
  const box = useRef<HTMLElement>(null)
  const add = useSaying(subject, refresh)
  const [reading, setReading] = useState('')
  // A notice leads to its comment: it is brought into sight once.
  useEffect(() => {
    const wanted = hash.startsWith('#comment-') && box.current?.querySelector<HTMLElement>(`[id="${CSS.escape(hash.slice(1))}"]`)
    if (!wanted || reading === hash) return
    setReading(hash)
    wanted.scrollIntoView({ block: 'center' })
    wanted.focus({ preventScroll: true })
  }, [hash, reading, threads])
  const exported = `/api/remark/objects/${encodeURIComponent(subject.kind)}/${encodeURIComponent(subject.id)}/comments?export=xlsx&lang=${language}`
  return (
    <section ref={box} className="lh-remarks" aria-label={t('remark.title')}>
      {object.may_remark && <Writing subject={subject} label={t('remark.label')} submitLabel={t('remark.say')} say={(said) => add.mutateAsync(said)} />}
      {threads.length === 0 && <EmptyState title={t('remark.none')} note={object.may_remark ? t('remark.noneNote') : t('remark.readOnly')} />}
      {threads.length > 0 && (
        <Flex justify="space-between" align="center" className="lh-remarks-head">
          <span className="lh-muted">{t('remark.count', { comments: object.comments, files: object.files })}</span>
          <Button size="small" type="text" icon={<DownloadOutlined />} href={exported} download>{t('action.exportXLSX')}</Button>
        </Flex>
      )}
      {threads.map((thread) => <Conversation key={thread.first.id} subject={subject} refresh={refresh} thread={thread} open={object.may_remark} wanted={hash.slice('#comment-'.length)} />)}
      {more && <Button block onClick={more}>{t('remark.more')}</Button>}
    </section>
  )
}

function useSaying(subject: Subject, refresh: string[], thread?: string) {
  const path = { kind: subject.kind, id: subject.id }
  return useChange({
    run: (said: Said) => read(api.POST('/api/remark/objects/{kind}/{id}/comments', { params: { path }, body: { ...said, ...(thread ? { thread_id: thread } : {}) } })),
    refresh: [refresh],
    quiet: true,
  })
}

function Conversation({ subject, refresh, thread, open, wanted }: { subject: Subject; refresh: string[]; thread: Thread<Comment>; open: boolean; wanted: string }) {
  const t = useKernelTexts()
  const [answering, setAnswering] = useState(false)
  const answer = useSaying(subject, refresh, thread.first.id)
  const common = { subject, refresh, wanted, open }
  return (
    <div className="lh-thread">
      <Remark {...common} comment={thread.first} {...(open ? { answer: () => setAnswering(true) } : {})} />
      {(thread.answers.length > 0 || answering) && (
        <div className="lh-answers">
          {thread.answers.map((c) => <Remark key={c.id} {...common} comment={c} />)}
          {answering && (
            <Writing subject={subject} label={t('remark.answerTo', { name: thread.first.author_name })} submitLabel={t('remark.answer')} focus cancel={() => setAnswering(false)}
              say={async (said) => { await answer.mutateAsync(said); setAnswering(false) }} />
          )}
        </div>
      )}
    </div>
  )
}
