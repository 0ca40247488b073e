import { useQuery } from '@tanstack/react-query'
import { Button, Card } from 'antd'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, Failure, Loading, PageHeader, read, useChange, useFormat, useMay } from '../../kernel'
import { AnswerView } from './Answer'
import { roomKey } from './data'
import { useAtlasTexts } from './texts'
import './atlas.css'

/** An answer that was kept. */
export default function List() {
  const t = useAtlasTexts()
  const f = useFormat()
  const may = useMay()
  const go = useNavigate()
  const { id = '' } = useParams()
  const list = useQuery({ queryKey: [...roomKey, 'list', id], queryFn: () => read(api.GET('/api/atlas/lists/{id}', { params: { path: { id } } })) })
  const remove = useChange({ run: () => read(api.DELETE('/api/atlas/lists/{id}', { params: { path: { id } } })), refresh: [[...roomKey, 'lists']], done: t('lists.removed'), after: () => void go('/atlas/lists'), quiet: true })
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  const x = list.data
  return (
    <div className="lh-stack">
      <PageHeader
        title={x.title} note={`${t(`ask.kinds.${x.question}`)} · ${x.name} · ${f.time(x.at)}`}
        actions={
          <>
            {(['xlsx', 'csv'] as const).map((k) => <Button key={k} href={`/api/atlas/lists/${id}/items?export=${k}`} download>{t('lists.download', { format: k.toUpperCase() })}</Button>)}
            {may('atlas.propose') && <Confirm title={t('lists.remove')} note={t('lists.removeNote')} label={t('lists.remove')} run={() => remove.mutateAsync()} />}
          </>
        }
      />
      <Card size="small"><AnswerView answer={x.answer} /></Card>
    </div>
  )
}
