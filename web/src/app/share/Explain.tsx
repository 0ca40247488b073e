import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Failure, none, PageHeader, PlainTable, read, request, StatusTag, useMay, useText, type Page, type Schema, type Tone } from '../../kernel'
import { usePartners, useVocabulary, type Explanation, type Verdict } from './data'
import { useShareTexts } from './texts'

interface Asked {
  organisation: string
  kind: string
  object: string
}

const tones: Record<Verdict['says'], Tone> = { permits: 'good', forbids: 'bad', nothing: 'idle', error: 'warn' }

/** Whether an organisation sees an object, and why. */
export default function Explain() {
  const t = useShareTexts()
  const [asked, setAsked] = useState<Asked | null>(null)
  const answer = useQuery({
    queryKey: ['sharing', 'explanation', asked],
    queryFn: () => read(api.GET('/api/share/explanation', { params: { query: asked! } })),
    enabled: asked !== null,
    staleTime: Infinity,
    gcTime: 0,
  })
  return (
    <div className="lh-stack">
      <PageHeader title={t('explain.title')} note={t('explain.note')} />
      <Card size="small"><Question ask={setAsked} busy={answer.isFetching} /></Card>
      {answer.error && <Failure problem={answer.error} />}
      {answer.data && <Answer answer={answer.data} />}
    </div>
  )
}

function Question({ ask, busy }: { ask: (asked: Asked) => void; busy: boolean }) {
  const t = useShareTexts()
  const text = useText()
  const may = useMay()
  const vocabulary = useVocabulary()
  const partners = usePartners()
  const [form] = Form.useForm<Asked>()
  const [q, setQ] = useState('')
  const kind = Form.useWatch('kind', form) ?? vocabulary.kinds[0]?.noun
  const found = useQuery({
    queryKey: ['sharing', 'find', kind, q],
    queryFn: () => request<Page<Schema<'SearchFound'>>>(`/api/search?kind=${encodeURIComponent(kind ?? '')}&limit=20&q=${encodeURIComponent(q)}`),
    enabled: q !== '' && kind !== undefined,
  })
  const objects = (found.data?.items ?? []).map((o) => ({ value: o.object.split('/').at(-1) ?? '', label: text(o.title) }))
  const needed = (label: string) => [{ required: true, message: t('missing', { label }) }]
  if (vocabulary.kinds.length === 0) return null
  return (
    <Form<Asked> form={form} layout="vertical" initialValues={{ kind: vocabulary.kinds[0]?.noun }} onFinish={ask} className="lh-form" requiredMark={false}>
      <Form.Item name="organisation" label={t('explain.organisation')} extra={may('share.manage') && t('explain.organisationNote')} rules={needed(t('explain.organisation'))}>
        <Select showSearch={{ optionFilterProp: 'label', onSearch: partners.search }} options={partners.options} />
      </Form.Item>
      <Form.Item name="kind" label={t('explain.kind')}>
        <Select options={vocabulary.kinds.map((k) => ({ value: k.noun, label: text(k.title) }))} />
      </Form.Item>
      <Form.Item name="object" label={t('explain.object')} rules={needed(t('explain.object'))}>
        <Select showSearch={{ filterOption: false, onSearch: setQ }} placeholder={t('explain.chooseObject')} options={objects} loading={found.isFetching} notFoundContent={null} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>{t('explain.ask')}</Button>
    </Form>
  )
}

function Answer({ answer: a }: { answer: Explanation }) {
  const t = useShareTexts()
  const text = useText()
  return (
    <>
      <Alert
        type={a.sees ? 'success' : 'info'}
        showIcon
        title={t(a.sees ? 'explain.sees' : 'explain.seesNot', { who: text(a.organisation), what: text(a.object) })}
        description={`${text(a.why)} ${t('explain.owner', { name: text(a.owner) })}`}
      />
      <PlainTable<Verdict>
        label={t('explain.rules')}
        rowKey={(v) => v.rule_id}
        dataSource={a.rules}
        locale={{ emptyText: a.rules.length ? none : t('explain.none') }}
        expandable={{ expandedRowRender: (v) => <pre className="lh-code lh-break">{v.cedar}</pre> }}
        columns={[
          { key: 'title', title: t('field.rules'), render: (_, v) => <Link to={`/sharing/rules?open=${v.rule_id}`}>{text(v.title)}</Link> },
          { key: 'says', title: t('field.state'), render: (_, v) => <StatusTag tone={tones[v.says]}>{t(`explain.says.${v.says}`)}</StatusTag> },
          { key: 'why', title: t('field.reason'), render: (_, v) => <span className="lh-prose">{text(v.why)}</span> },
        ]}
      />
    </>
  )
}
