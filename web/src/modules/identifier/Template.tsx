import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Button, Card } from 'antd'
import { api, Confirm, Failure, ifMatch, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { templatesKey, templateTone, useTemplate, useVocabulary, type Template as Model, type TemplateItem } from './data'
import { bounds } from './rows'
import { TemplateForm, type TemplateValues } from './TemplateForm'
import { useIdentifierTexts } from './texts'

/** One version of a template: what it says, and for whose it is, editing, publishing and withdrawing. */
export default function Template() {
  const { id = '' } = useParams()
  const t = useIdentifierTexts()
  const fresh = id === 'new'
  const one = useTemplate(fresh ? '' : id)
  if (fresh) return <Making />
  if (one.error) return <><PageHeader title={t('template.title')} /><Failure problem={one.error} retry={() => void one.refetch()} /></>
  return one.data ? <Shown key={one.data.id} template={one.data} /> : <Loading />
}

function Making() {
  const t = useIdentifierTexts()
  const go = useNavigate()
  const make = useChange({
    run: (v: TemplateValues) => read(api.POST('/api/identifier/templates', { body: v })),
    refresh: [templatesKey],
    done: t('template.saved'),
    after: (made) => void go(`/identifier/templates/${made.id}`),
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <PageHeader title={t('template.make')} note={t('template.makeNote')} />
      <Card size="small"><TemplateForm submit={(v) => make.mutateAsync(v)} cancel={() => void go('/identifier/templates')} /></Card>
    </div>
  )
}

function Shown({ template }: { template: Model }) {
  const t = useIdentifierTexts()
  const text = useText()
  const [editing, setEditing] = useState(false)
  const save = useChange({
    run: (v: TemplateValues) => read(api.PUT('/api/identifier/templates/{id}', { params: { path: { id: template.id }, header: ifMatch(template.revision) }, body: v })),
    refresh: [templatesKey],
    done: t('template.saved'),
    after: () => setEditing(false),
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(template.name)}
        note={<><span className="lh-code">{template.code}:{template.version}</span> · {text(template.operator)}</>}
        marks={<StatusTag tone={templateTone[template.state]}>{t(`template.state.${template.state}`)}</StatusTag>}
        actions={editing ? undefined : <Actions template={template} edit={() => setEditing(true)} />}
      />
      <Card size="small">
        {editing ? <TemplateForm template={template} submit={(v) => save.mutateAsync(v)} cancel={() => setEditing(false)} /> : <Entry template={template} />}
      </Card>
    </div>
  )
}

function Actions({ template, edit }: { template: Model; edit: () => void }) {
  const t = useIdentifierTexts()
  const may = useMay()
  const go = useNavigate()
  const move = useChange({
    run: (to: 'published' | 'withdrawn') => read(api.POST('/api/identifier/templates/{id}/state', { params: { path: { id: template.id }, header: ifMatch(template.revision) }, body: { to } })),
    refresh: [templatesKey],
    done: t('template.moved'),
    quiet: true,
  })
  const next = useChange({ run: () => read(api.POST('/api/identifier/templates/{id}/versions', { params: { path: { id: template.id } } })), refresh: [templatesKey], after: (made) => void go(`/identifier/templates/${made.id}`) })
  const remove = useChange({ run: () => read(api.DELETE('/api/identifier/templates/{id}', { params: { path: { id: template.id } } })), refresh: [[...templatesKey, 'list']], after: () => void go('/identifier/templates'), quiet: true })
  if (!may('identifier.template') || !template.operator_id) return null
  if (template.state === 'draft') {
    return (
      <>
        <Confirm title={t('template.publishTitle')} note={t('template.publishNote')} label={t('template.publish')} danger={false} button={{ type: 'primary' }} run={() => move.mutateAsync('published')} />
        <Button onClick={edit}>{t('node.edit')}</Button>
        <Confirm title={t('template.removeTitle')} label={t('handle.remove')} run={() => remove.mutateAsync()} />
      </>
    )
  }
  return (
    <>
      <Button loading={next.isPending} onClick={() => next.mutate()}>{t('template.next')}</Button>
      {template.state === 'published'
        ? <Confirm title={t('template.withdrawTitle')} note={t('template.withdrawNote')} label={t('template.withdraw')} run={() => move.mutateAsync('withdrawn')} />
        : <Confirm title={t('template.againTitle')} label={t('template.again')} danger={false} run={() => move.mutateAsync('published')} />}
    </>
  )
}

function Entry({ template }: { template: Model }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return (
    <div className="lh-stack">
      <Particulars
        items={[
          { key: 'industry', label: t('field.industry'), children: template.industry ? vocabulary.title('industries', template.industry) : t('field.crossIndustry') },
          { key: 'made', label: t('template.made'), children: f.time(template.created_at) },
          { key: 'published', label: t('template.published'), children: f.time(template.published_at) },
        ]}
      />
      <PlainTable<TemplateItem>
        label={t('template.items')}
        rowKey={(x) => String(x.index)}
        dataSource={template.items}
        columns={[
          { title: t('value.index'), align: 'right', render: (_, x) => <span className="lh-number">{x.index}</span> },
          { title: t('template.itemTitle'), render: (_, x) => <span className="lh-two"><span>{x.title}</span><span className="lh-code lh-break">{x.name}</span></span> },
          { title: t('value.type'), render: (_, x) => t(`template.type.${x.type}`) },
          { title: t('template.bounds'), responsive: ['sm'], render: (_, x) => (x.type === 'enumeration' ? (x.options ?? []).map((o) => (o.title ? `${o.value} ${o.title}` : o.value)).join('、') : bounds(x)) || none },
          { title: t('template.unit'), responsive: ['md'], render: (_, x) => x.unit || none },
          { title: t('template.required'), render: (_, x) => (x.required ? t('template.yes') : none) },
          { title: t('value.access'), responsive: ['md'], render: (_, x) => t(x.restricted ? 'value.secret' : 'value.public') },
        ]}
      />
    </div>
  )
}
