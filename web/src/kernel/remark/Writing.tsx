import { PaperClipOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Form, Mentions } from 'antd'
import { useEffect, useId, useRef, useState, type ComponentRef, type Dispatch, type KeyboardEvent, type SetStateAction } from 'react'
import { api, read, type Schema } from '../client'
import { useKernelTexts, useText } from '../language'
import { EntityForm } from '../components/EntityForm'
import { UploadButton } from '../components/UploadButton'
import { sizeOf } from './text'

export type Comment = Schema<'RemarkComment'>
export type Attached = Schema<'RemarkFile'>
export type Said = Schema<'RemarkSaid'>

/** The object that a comment is about. */
export interface Subject {
  kind: string
  id: string
}

/** Limits of one comment; the server has the same. */
const limits = { body: 4000, files: 10 }

interface Props {
  subject: Subject
  label: string
  submitLabel: string
  /** What is edited; nothing for a new comment. */
  before?: Comment
  say: (said: Said) => Promise<unknown>
  cancel?: () => void
  focus?: boolean
}

/** Writes a comment: text, persons by @, files. */
export function Writing({ subject, label, submitLabel, before, say, cancel, focus }: Props) {
  const t = useKernelTexts()
  const [form] = Form.useForm<{ body: string }>()
  const name = useId()
  const [files, setFiles] = useState<Attached[]>(before?.files ?? [])
  const people = useRef(new Map(before?.mentions.map((m) => [m.name, m.person_id])))
  const submit = async ({ body = '' }: { body?: string }) => {
    const mentions = [...people.current].filter(([name]) => body.includes(`@${name}`)).map(([, id]) => id)
    await say({ body, mentions, files: files.map((f) => f.id) })
    form.resetFields()
    setFiles([])
    people.current.clear()
  }
  const send = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.submit()
  }
  return (
    <EntityForm<{ body: string }> name={name} form={form} initial={{ body: before?.body ?? '' }} submit={submit} submitLabel={submitLabel} {...(cancel ? { cancel } : {})} wide
      extra={<Attach subject={subject} files={files} change={setFiles} />}>
      <Form.Item name="body" label={label} extra={t('remark.hint')} rules={[{ validator: async (_, v?: string) => { if (!v?.trim() && files.length === 0) throw new Error(t('remark.missing')) } }]}>
        <People subject={subject} picked={(name, id) => people.current.set(name, id)} onKeyDown={send} focus={focus ?? false} />
      </Form.Item>
    </EntityForm>
  )
}

interface PeopleProps {
  subject: Subject
  picked: (name: string, id: string) => void
  onKeyDown: (event: KeyboardEvent) => void
  focus: boolean
  id?: string
  value?: string
  onChange?: (value: string) => void
}

/** A text in which @ suggests who can be mentioned. */
function People({ subject, picked, onKeyDown, focus, ...field }: PeopleProps) {
  const t = useKernelTexts()
  const text = useText()
  const box = useRef<ComponentRef<typeof Mentions>>(null)
  useEffect(() => {
    if (focus) box.current?.focus()
  }, [focus])
  const [q, setQ] = useState<string | null>(null)
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(q ?? ''), 200)
    return () => clearTimeout(timer)
  }, [q])
  const path = { kind: subject.kind, id: subject.id }
  const found = useQuery({
    queryKey: ['remark', 'people', path, asked],
    queryFn: () => read(api.GET('/api/remark/objects/{kind}/{id}/people', { params: { path, query: { q: asked } } })),
    enabled: q !== null,
    staleTime: 60_000,
  })
  // The key of an option begins with the one that it was given: two persons may have one name.
  const pick = (key: string) => {
    const person = found.data?.items.find((p) => key.startsWith(p.person_id))
    if (person) picked(person.name, person.person_id)
  }
  const options = (found.data?.items ?? []).map((p) => ({
    key: p.person_id, value: p.name,
    label: <span className="lh-two"><span>{p.name}</span><span>{text(p.organisation)}</span></span>,
  }))
  return (
    <Mentions
      {...field}
      ref={box}
      maxLength={limits.body}
      autoSize={{ minRows: 2, maxRows: 12 }}
      onKeyDown={onKeyDown}
      onSearch={setQ}
      onSelect={(option) => pick(String(option.key))}
      loading={found.isFetching}
      options={options}
      filterOption={false}
      notFoundContent={t('remark.nobody')}
    />
  )
}

function Attach({ subject, files, change }: { subject: Subject; files: Attached[]; change: Dispatch<SetStateAction<Attached[]>> }) {
  const t = useKernelTexts()
  return (
    <>
      <UploadButton<Attached> to={`/api/remark/objects/${encodeURIComponent(subject.kind)}/${encodeURIComponent(subject.id)}/files`} label={t('remark.attach')} icon={<PaperClipOutlined />} size="middle"
        took={(file) => change((old) => [...old, file])} disabled={files.length >= limits.files} />
      <ul className="lh-attached" aria-label={t('remark.files')}>
        {files.map((f) => (
          <li key={f.id}>
            <PaperClipOutlined aria-hidden /> {f.name} <span className="lh-muted">{sizeOf(f.size)}</span>
            <Button size="small" type="text" aria-label={t('remark.detach', { name: f.name })} onClick={() => change((old) => old.filter((x) => x.id !== f.id))}>✕</Button>
          </li>
        ))}
      </ul>
    </>
  )
}
