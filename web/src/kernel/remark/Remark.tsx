import { PaperClipOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Popover } from 'antd'
import { useEffect, useState } from 'react'
import { api, ifMatch, read } from '../client'
import { useFormat } from '../format'
import { useKernelTexts, useText } from '../language'
import { Confirm } from '../components/Confirm'
import { Failure } from '../components/Failure'
import { Loading } from '../components/Loading'
import { useChange } from '../components/useChange'
import { sizeOf } from './text'
import { Words } from './Words'
import { Writing, type Comment, type Said, type Subject } from './Writing'

interface Props {
  subject: Subject
  refresh: string[]
  comment: Comment
  /** ID of the comment that a notice led to. */
  wanted: string
  /** Whether the caller may say something here. */
  open: boolean
  answer?: () => void
}

/** One comment with what its reader, or its author, may do. */
export function Remark({ subject, refresh, comment: c, wanted, open, answer }: Props) {
  const t = useKernelTexts()
  const f = useFormat()
  const text = useText()
  const [editing, setEditing] = useState(false)
  const edit = useChange({
    run: (said: Said) => read(api.PUT('/api/remark/comments/{id}', { params: { path: { id: c.id }, header: ifMatch(c.version) }, body: said })),
    refresh: [refresh],
    after: () => setEditing(false),
    quiet: true,
  })
  return (
    <article id={`comment-${c.id}`} tabIndex={-1} className={c.id === wanted ? 'lh-comment lh-comment-wanted' : 'lh-comment'} aria-label={t('remark.by', { name: c.author_name })}>
      <header>
        <strong>{c.author_name}</strong> <span className="lh-muted">{text(c.organisation)}</span> <time dateTime={c.at} className="lh-muted lh-number">{f.time(c.at)}</time>
        {c.edited_at && !c.removed_at && <Former comment={c} />}
      </header>
      {c.removed_at && <p className="lh-muted">{t('remark.removedMark', { time: f.time(c.removed_at) })}</p>}
      {editing && <Writing subject={subject} label={t('action.edit')} submitLabel={t('action.save')} before={c} focus cancel={() => setEditing(false)} say={(said) => edit.mutateAsync(said)} />}
      {!c.removed_at && !editing && (
        <>
          {c.body && <Words text={c.body} names={c.mentions.map((m) => m.name)} />}
          <Files comment={c} />
          {open && <Acts comment={c} refresh={refresh} edit={() => setEditing(true)} {...(answer ? { answer } : {})} />}
        </>
      )}
    </article>
  )
}

function Files({ comment }: { comment: Comment }) {
  const t = useKernelTexts()
  if (comment.files.length === 0) return null
  return (
    <ul className="lh-attached" aria-label={t('remark.files')}>
      {comment.files.map((x) => (
        <li key={x.id}>
          <a href={`/api/remark/files/${x.id}`} download title={`SHA-256 ${x.sha256}`} aria-label={t('remark.download', { name: x.name })}>
            <PaperClipOutlined aria-hidden /> {x.name}
          </a>{' '}
          <span className="lh-muted">{sizeOf(x.size)}</span>
        </li>
      ))}
    </ul>
  )
}

function Acts({ comment: c, refresh, edit, answer }: { comment: Comment; refresh: string[]; edit: () => void; answer?: () => void }) {
  const t = useKernelTexts()
  const editable = useBefore(c.editable_until)
  const remove = useChange({ run: () => read(api.DELETE('/api/remark/comments/{id}', { params: { path: { id: c.id } } })), refresh: [refresh], quiet: true })
  return (
    <div className="lh-comment-acts">
      {answer && <Button size="small" type="text" onClick={answer}>{t('remark.answer')}</Button>}
      {editable && <Button size="small" type="text" onClick={edit}>{t('action.edit')}</Button>}
      {c.own && <Confirm title={t('remark.removeTitle')} note={t('remark.removeNote')} label={t('action.remove')} button={{ size: 'small', type: 'text' }} run={() => remove.mutateAsync()} />}
    </div>
  )
}

/** Whether a time is still to come; it turns by itself. */
function useBefore(time: string | null): boolean {
  const [before, setBefore] = useState(false)
  useEffect(() => {
    const left = time ? Date.parse(time) - Date.now() : 0
    setBefore(left > 0)
    const timer = setTimeout(() => setBefore(false), Math.max(0, left))
    return () => clearTimeout(timer)
  }, [time])
  return before
}

/** What a comment said before, to whom asks. */
function Former({ comment }: { comment: Comment }) {
  const t = useKernelTexts()
  const f = useFormat()
  const [open, setOpen] = useState(false)
  const versions = useQuery({
    queryKey: ['remark', 'versions', comment.id, comment.version],
    queryFn: () => read(api.GET('/api/remark/comments/{id}/versions', { params: { path: { id: comment.id } } })),
    enabled: open,
  })
  const content = (
    <div className="lh-former">
      {versions.error && <Failure problem={versions.error} />}
      {versions.isPending && <Loading />}
      {versions.data?.items.map((v) => (
        <div key={v.version}>
          <span className="lh-muted lh-number">{f.time(v.at)}</span>
          <Words text={v.body} names={[]} />
        </div>
      ))}
    </div>
  )
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" title={t('remark.before')} content={content}>
      <button type="button" className="lh-link" aria-expanded={open}>{t('remark.edited', { time: f.time(comment.edited_at) })}</button>
    </Popover>
  )
}
