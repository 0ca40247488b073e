import { CheckOutlined, SaveOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Flex, Form, Input, Popover } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, ifMatch, read, type Schema } from '../client'
import { useKernelTexts } from '../language'
import { useMay } from '../session'
import { Confirm } from './Confirm'
import { EntityForm } from './EntityForm'
import { StatusTag } from './StatusTag'
import { useChange } from './useChange'
import { viewQuery, withView } from './views'

type View = Schema<'ViewView'>

interface Props {
  /** Address of the list in the API, or of the page of a chart. */
  list: string
  /** Names of the parameters that belong to the list or chart. */
  names: string[]
  /** What a view keeps; without it, what one of a list keeps. */
  note?: string
}

/** Views of a list or a chart: saved, opened, renamed, shared, chosen to open first. */
export function Views({ list, names, note }: Props) {
  const t = useKernelTexts()
  const [open, setOpen] = useState(false)
  const [saving, setSaving] = useState<View | 'new' | null>(null)
  const key = ['views', list]
  const [params, setParams] = useSearchParams()
  const views = useQuery({ queryKey: key, queryFn: () => read(api.GET('/api/view/views', { params: { query: { list } } })), staleTime: 60_000 })
  const items = views.data?.items ?? []
  const now = viewQuery(params, names)
  const apply = (query: string, replace = false) => setParams((old) => withView(old, names, query), { replace })
  useFirst(items, now, (query) => apply(query, true))
  const current = items.find((v) => viewQuery(new URLSearchParams(v.query), names) === now)
  return (
    <Popover
      open={open}
      onOpenChange={(o) => { setOpen(o); setSaving(null) }}
      trigger="click"
      placement="bottomRight"
      content={
        <div className="lh-views">
          {items.length === 0 && !saving && <p className="lh-muted">{t('view.none')}</p>}
          {!saving && items.map((v) => <Item key={v.id} view={v} names={names} now={now} refresh={key} open={() => { apply(v.query); setOpen(false) }} rename={() => setSaving(v)} />)}
          {saving ? <Saving list={list} query={now} {...(saving === 'new' ? {} : { view: saving })} note={note ?? t('view.note')} refresh={key} close={() => setSaving(null)} /> : <Button block icon={<SaveOutlined />} onClick={() => setSaving('new')}>{t('view.save')}</Button>}
        </div>
      }
    >
      <Button aria-expanded={open}>{current ? current.name : t('view.title')}</Button>
    </Popover>
  )
}

/** Opens the list with the view that was chosen for it, once, when nothing else was asked for. */
function useFirst(items: View[], now: string, apply: (query: string) => void) {
  const done = useRef(false)
  useEffect(() => {
    if (done.current || items.length === 0) return
    done.current = true
    const first = items.find((v) => v.first)
    if (first && now === '') apply(first.query)
  })
}

interface ItemProps { view: View; names: string[]; now: string; refresh: string[]; open: () => void; rename: () => void }

function Item({ view, names, now, refresh, open, rename }: ItemProps) {
  const t = useKernelTexts()
  const choose = useChange({ run: (id: string) => read(api.POST('/api/view/first', { body: { list: view.list, view: id } })), refresh: [refresh] })
  const update = useChange({
    run: () => read(api.PUT('/api/view/views/{id}', { params: { path: { id: view.id }, header: ifMatch(view.version) }, body: { name: view.name, shared: view.shared, query: now } })),
    refresh: [refresh],
    done: t('state.saved'),
  })
  const remove = useChange({ run: () => read(api.DELETE('/api/view/views/{id}', { params: { path: { id: view.id } } })), refresh: [refresh], quiet: true })
  const same = viewQuery(new URLSearchParams(view.query), names) === now
  return (
    <div className="lh-view">
      <button type="button" className="lh-link" onClick={open}>{same && <CheckOutlined aria-hidden />} {view.name}</button>
      {view.shared && <StatusTag tone="info">{view.own ? t('view.shared') : view.person_name}</StatusTag>}
      <Flex gap={4} wrap>
        <Button size="small" type="text" aria-pressed={view.first} onClick={() => choose.mutate(view.first ? '' : view.id)}>{view.first ? t('view.isFirst') : t('view.first')}</Button>
        {view.own && !same && <Button size="small" type="text" onClick={() => update.mutate()}>{t('view.update')}</Button>}
        {view.own && <Button size="small" type="text" onClick={rename}>{t('view.rename')}</Button>}
        {view.own && <Confirm title={t('view.removeTitle', { name: view.name })} label={t('action.remove')} button={{ size: 'small', type: 'text' }} run={() => remove.mutateAsync()} />}
      </Flex>
    </div>
  )
}

interface SavingProps {
  list: string
  query: string
  /** The view that is renamed; without it a new one is saved. */
  view?: View
  note: string
  refresh: string[]
  close: () => void
}

function Saving({ list, query, view, note, refresh, close }: SavingProps) {
  const t = useKernelTexts()
  const may = useMay()
  const save = useChange({
    run: (v: { name: string; shared?: boolean }) => {
      const body = { name: v.name, shared: v.shared ?? false }
      return view ? read(api.PUT('/api/view/views/{id}', { params: { path: { id: view.id }, header: ifMatch(view.version) }, body: { ...body, query: view.query } })) : read(api.POST('/api/view/views', { body: { ...body, list, query } }))
    },
    refresh: [refresh],
    after: close,
    quiet: true,
  })
  return (
    <EntityForm<{ name: string; shared?: boolean }> initial={view ? { name: view.name, shared: view.shared } : {}} submit={(v) => save.mutateAsync(v)} submitLabel={t('action.save')} cancel={close}>
      <Form.Item name="name" label={t('view.name')} {...(view ? {} : { extra: note })} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('view.name') }) }]}>
        <Input maxLength={60} />
      </Form.Item>
      {may('view.share') && (
        <Form.Item name="shared" valuePropName="checked">
          <Checkbox>{t('view.share')}</Checkbox>
        </Form.Item>
      )}
    </EntityForm>
  )
}
