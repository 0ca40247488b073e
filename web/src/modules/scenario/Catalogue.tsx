import { useQuery } from '@tanstack/react-query'
import { Card } from 'antd'
import { api, Failure, Loading, PageHeader, read, useText } from '../../kernel'
import { useScenarioTexts } from './texts'

/** The axes by which scenarios are found. */
export default function Catalogue() {
  const t = useScenarioTexts()
  const text = useText()
  const { data, error, refetch } = useQuery({ queryKey: ['scenario', 'taxonomy'], queryFn: () => read(api.GET('/api/scenario/taxonomy')), staleTime: Infinity })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={t('list.title')} note={t('list.note')} />
      {data.axes.map((axis) => <Card key={axis.code} size="small" title={text(axis.title)}>{axis.terms.map((x) => text(x.title)).join(' · ')}</Card>)}
    </div>
  )
}
