import { useQuery } from '@tanstack/react-query'
import { Button, Card, Collapse, Input, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { CopyBlock, EmptyState, Failure, Loading, none, PageHeader, request, PlainTable } from '../../kernel'
import { byRoom, matches, outline, word, type Document, type Entry, type Parameter } from './openapi'
import { useSystemTexts } from './texts'

/** The API, browsable, out of the document that the server makes of its own types. */
export default function Reference() {
  const t = useSystemTexts()
  const [q, setQ] = useState('')
  const doc = useQuery({ queryKey: ['openapi'], queryFn: () => request<Document>('/api/openapi.json'), staleTime: Infinity })
  const rooms = useMemo(() => (doc.data ? [...byRoom(doc.data)].map(([room, entries]) => [room, entries.filter((e) => matches(e, q.trim()))] as const).filter(([, e]) => e.length > 0) : []), [doc.data, q])
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('reference.title')}
        note={doc.data && `${doc.data.info.title} ${doc.data.info.version}`}
        actions={<Button href="/api/openapi.json">openapi.json</Button>}
      />
      <p className="lh-prose">{t('reference.note')}</p>
      <Input allowClear value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('reference.search')} aria-label={t('reference.search')} className="lh-reference-search" />
      {doc.error && <Failure problem={doc.error} retry={() => void doc.refetch()} />}
      {doc.isPending && <Loading />}
      {doc.data && rooms.length === 0 && <EmptyState title={t('reference.nothing')} />}
      {rooms.map(([room, entries]) => (
        <Card key={room} size="small" title={<h2 className="lh-reference-room">{room || 'kernel'}</h2>}>
          <Collapse ghost size="small" items={entries.map((e) => ({ key: e.id, label: <Line entry={e} />, children: <Details entry={e} doc={doc.data!} /> }))} />
        </Card>
      ))}
    </div>
  )
}

function Line({ entry }: { entry: Entry }) {
  return (
    <span className="lh-route">
      <span className={`lh-method lh-method-${entry.method.toLowerCase()}`}>{entry.method}</span>
      <span className="lh-code">{entry.path}</span>
      <span className="lh-muted">{entry.operation.summary}</span>
    </span>
  )
}

function Details({ entry, doc }: { entry: Entry; doc: Document }) {
  const t = useSystemTexts()
  const { operation } = entry
  const [media, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  return (
    <div className="lh-stack">
      <div>
        {t('field.permission')} <Tag>{operation['x-permission'] ?? none}</Tag>
      </div>
      {operation.parameters && operation.parameters.length > 0 && <Parameters list={operation.parameters} />}
      {media && <Body title={`${t('reference.body')} · ${media}`} text={outline(body?.schema, doc)} />}
      {Object.entries(operation.responses).map(([status, answer]) => {
        const content = Object.entries(answer.content ?? {})[0]
        return <Body key={status} title={`${t('reference.answer')} ${status === 'default' ? t('reference.refusal') : status}${content ? ` · ${content[0]}` : ''}`} text={outline(content?.[1].schema, doc)} />
      })}
    </div>
  )
}

function Body({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <div className="lh-muted">{title}</div>
      {text && <CopyBlock text={text} label={title} />}
    </div>
  )
}

function Parameters({ list }: { list: Parameter[] }) {
  const t = useSystemTexts()
  return (
    <PlainTable<Parameter>
      label={t('reference.parameter')}
      rowKey={(p) => p.in + p.name}
      dataSource={list}
      columns={[
        { title: t('reference.parameter'), render: (_, p) => <span className="lh-code">{p.name}{p.required ? ' *' : ''}</span> },
        { title: t('reference.place'), responsive: ['sm'], render: (_, p) => p.in },
        { title: t('reference.type'), render: (_, p) => <span className="lh-code">{word(p.schema)}</span> },
        { title: t('field.detail'), render: (_, p) => p.description ?? p.schema?.description ?? none },
      ]}
    />
  )
}
