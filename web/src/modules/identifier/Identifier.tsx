import { AimOutlined, EditOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Flex } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, Confirm, EntityForm, Failure, LinkButton, Loading, Problem, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { handlesKey, useFollowed, useHandle, useNode, type HandleDetail, type Template } from './data'
import { itemsOf, refOf, splitRows, valuesOf, type Row } from './rows'
import { TemplateItems } from './TemplateItems'
import { useIdentifierTexts } from './texts'
import { ValueRows } from './ValueRows'
import { Values } from './Values'

interface Props {
  handle: string
  editing: boolean
  edit: (on: boolean) => void
  close: () => void
}

/** One identifier: its values, and for who may, editing and removing. */
export function Identifier({ handle, editing, edit, close }: Props) {
  const detail = useHandle(handle)
  if (detail.error && !detail.data) return <Failure problem={detail.error} retry={() => void detail.refetch()} />
  if (!detail.data) return <Loading rows={4} />
  return editing ? <Editing detail={detail.data} done={() => edit(false)} /> : <Shown detail={detail.data} edit={() => edit(true)} close={close} />
}

function Shown({ detail, edit, close }: { detail: HandleDetail; edit: () => void; close: () => void }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const text = useText()
  const may = useMay()
  const node = useNode(detail.node_id)
  const takes = node.data?.state === 'trial' || node.data?.state === 'in_service'
  const ofPrefix = /^0\.NA\//i.test(detail.handle)
  const changes = detail.yours && may('identifier.register') && takes && !ofPrefix
  const remove = useChange({
    run: () => read(api.DELETE('/api/identifier/handle', { params: { query: { handle: detail.handle, was: detail.change } } })),
    refresh: [[...handlesKey, 'list']],
    done: t('handle.removed'),
    after: close,
    quiet: true,
  })
  return (
    <div className="lh-stack">
      <Flex wrap gap={8}>
        <LinkButton to={`/identifier/resolve?handle=${encodeURIComponent(detail.handle)}`} icon={<AimOutlined />}>{t('handle.resolve')}</LinkButton>
        {changes && <Button icon={<EditOutlined />} onClick={edit}>{t('handle.edit')}</Button>}
        {changes && <Confirm title={t('handle.removeTitle', { handle: detail.handle })} note={t('handle.removeNote')} label={t('handle.remove')} run={() => remove.mutateAsync()} />}
      </Flex>
      <p className="lh-muted lh-plain">
        {node.data && <><Link to={`/identifier/nodes/${detail.node_id}`}>{text(node.data.name)}</Link> · </>}
        {t('handle.changedAt', { time: f.time(detail.changed_at), change: detail.change })}
      </p>
      {ofPrefix && <p className="lh-muted lh-plain">{t('handle.ofPrefix')}</p>}
      {detail.yours && !takes && node.data && <StatusTag tone="warn">{t('handle.closed')}</StatusTag>}
      <Values label={t('resolve.values')} values={detail.list} whole={detail.yours} />
    </div>
  )
}

/** Changes the values, in the fields of the template if there is one. */
function Editing({ detail, done }: { detail: HandleDetail; done: () => void }) {
  const ref = refOf(detail.list)
  const followed = useFollowed(ref)
  if (ref && followed.isPending) return <Loading rows={4} />
  return <Changing detail={detail} template={followed.data ?? null} done={done} />
}

interface Fields {
  items?: Record<string, string>
  rows: Row[]
}

/** Changes the values. When somebody was faster, what was typed stays, beside what they saved. */
function Changing({ detail, template, done }: { detail: HandleDetail; template: Template | null; done: () => void }) {
  const t = useIdentifierTexts()
  const queries = useQueryClient()
  const [base, setBase] = useState(detail)
  const [overtaken, setOvertaken] = useState<HandleDetail | null>(null)
  const change = useChange({
    run: ({ rows, items }: Fields) => read(api.PUT('/api/identifier/handle', { body: { handle: detail.handle, was: base.change, values: valuesOf(rows), ...(template ? { template: `${template.code}:${template.version}`, items: itemsOf(items) } : {}) } })),
    refresh: [handlesKey],
    done: t('handle.saved'),
    after: done,
    quiet: true,
  })
  const submit = async (fields: Fields) => {
    try {
      await change.mutateAsync(fields)
    } catch (error) {
      // The newest is read at once, so that it can be compared and saved over knowingly.
      if (error instanceof Problem && error.key === 'identifier.handle.changed') setOvertaken(await queries.fetchQuery({ queryKey: [...handlesKey, 'newest', detail.handle], queryFn: () => read(api.GET('/api/identifier/handle', { params: { query: { handle: detail.handle } } })), staleTime: 0 }))
      throw error
    }
  }
  const accept = () => {
    if (overtaken) setBase(overtaken)
    setOvertaken(null)
  }
  return (
    <EntityForm<Fields> name="values" initial={splitRows(detail.list, template?.items ?? [])} submit={submit} cancel={done} wide>
      {overtaken && (
        <Alert
          type="warning"
          showIcon
          className="lh-form-problem"
          title={t('handle.overtaken')}
          description={<div className="lh-stack"><Values label={t('handle.newest')} values={overtaken.list} /><div><Button onClick={accept}>{t('handle.accept')}</Button></div></div>}
        />
      )}
      {base !== detail && !overtaken && <Alert type="info" showIcon className="lh-form-problem" title={t('handle.accepted')} />}
      {template && <TemplateItems template={template} />}
      <ValueRows optional={template !== null} />
    </EntityForm>
  )
}
