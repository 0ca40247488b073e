import { useQuery } from '@tanstack/react-query'
import { Form, Input } from 'antd'
import { api, EmptyState, EntityForm, Failure, Loading, read, useChange, useFormat, useMay } from '../../kernel'
import { roomKey, type TargetDetail } from './data'
import { usePlanTexts } from './texts'

/** What people say about a target. */
export function Comments({ target }: { target: TargetDetail }) {
  const t = usePlanTexts()
  const f = useFormat()
  const may = useMay()
  const [form] = Form.useForm<{ body: string }>()
  const key = [...roomKey, 'comments', target.id]
  const list = useQuery({ queryKey: key, queryFn: () => read(api.GET('/api/plan/targets/{id}/comments', { params: { path: { id: target.id }, query: { limit: 200 } } })) })
  const add = useChange({
    run: (body: string) => read(api.POST('/api/plan/targets/{id}/comments', { params: { path: { id: target.id } }, body: { body } })),
    refresh: [key],
    after: () => form.resetFields(),
    quiet: true,
  })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  return (
    <>
      {may('plan.comment') && (
        <EntityForm<{ body: string }> form={form} submit={({ body }) => add.mutateAsync(body)} submitLabel={t('comment.add')}>
          <Form.Item name="body" label={t('comment.placeholder')} rules={[{ required: true, whitespace: true, message: t('comment.missing') }]}>
            <Input.TextArea maxLength={4000} autoSize={{ minRows: 2, maxRows: 10 }} />
          </Form.Item>
        </EntityForm>
      )}
      {list.data.items.length === 0 && <EmptyState title={t('comment.none')} />}
      {list.data.items.map((c) => (
        <article key={c.id} className="lh-comment">
          <strong>{c.name}</strong> <span className="lh-muted">{f.time(c.at)}</span>
          <p>{c.body}</p>
        </article>
      ))}
    </>
  )
}
