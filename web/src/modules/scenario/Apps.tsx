import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { EmptyState, Failure, PageHeader, PlainTable, request, useFormat, useLive, type Schema } from '../../kernel'
import { roomKey, topic, useTaxonomy } from './data'
import './scenario.css'
import { useScenarioTexts } from './texts'

interface App { code: string; count: number }

/** The industrial apps that published scenarios name, the most used first, each with its scenarios. */
export default function Apps() {
  const t = useScenarioTexts()
  const taxonomy = useTaxonomy()
  const f = useFormat()
  const [params, setParams] = useSearchParams()
  const link = params.get('link') ?? ''
  useLive(topic, roomKey)
  const asked = new URLSearchParams({ status: 'published', ...(link && { link }) })
  const { data, error } = useQuery({ queryKey: [...roomKey, 'facets', asked.toString()], queryFn: ({ signal }) => request<Schema<'ScenarioFacetsView'>>(`/api/scenario/scenarios/facets?${asked}`, { signal }) })
  const apps = data?.facets.find((x) => x.axis === 'app')?.counts ?? []
  return (
    <div className="lh-stack">
      <PageHeader title={t('apps.title')} note={t('apps.note')} />
      <div>
        <Select
          className="lh-scenario-link" allowClear aria-label={taxonomy.name('link')} placeholder={taxonomy.name('link')} value={link || null}
          options={taxonomy.options('link')} onChange={(v?: string) => setParams(v ? { link: v } : {}, { replace: true })}
        />
      </div>
      {error && <Failure problem={error} />}
      <PlainTable<App>
        label={t('apps.title')} rowKey="code" dataSource={apps} loading={!data && !error}
        locale={{ emptyText: <EmptyState title={t('apps.empty')} note={t('apps.emptyNote')} /> }}
        columns={[
          { key: 'app', title: t('field.apps'), render: (_, a) => <Link className="lh-wrap" to={`/scenario?${new URLSearchParams({ app: a.code, ...(link && { link }) })}`}>{a.code}</Link> },
          { key: 'scenarios', title: t('apps.scenarios'), align: 'right', render: (_, a) => <span className="lh-number">{f.number(a.count, 0)}</span> },
        ]}
      />
    </div>
  )
}
