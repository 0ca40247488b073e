import { PlusOutlined } from '@ant-design/icons'
import { Card, Segmented } from 'antd'
import dayjs from 'dayjs'
import { Link, useSearchParams } from 'react-router'
import { DataTable, EmptyState, Failure, LinkButton, Loading, none, PageHeader, StatusTag, SyntheticMark, useFormat, useMay, useText, type Column } from '../../kernel'
import { leadsKey, stages, stageTone, useStage, useStages, type Lead, type Stage } from './attraction'
import { usePlaces } from './diagnosis'
import { useEnterpriseTexts } from './texts'
import './attraction.css'

/** Companies to attract, on a board by stage or in a list. */
export default function Attraction() {
  const t = useEnterpriseTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const view = params.get('view') === 'list' ? 'list' : 'board'
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('attraction.title')} note={t('attraction.note')}
        actions={
          <>
            <Segmented value={view} options={(['board', 'list'] as const).map((v) => ({ value: v, label: t(`attraction.${v}`) }))} onChange={(next) => setParams(next === 'board' ? {} : { view: next })} />
            {may('enterprise.lead.follow') && <LinkButton to="/enterprise/attraction/new" type="primary" icon={<PlusOutlined />}>{t('attraction.add')}</LinkButton>}
          </>
        }
      />
      {view === 'board' ? <Board /> : <List />}
    </div>
  )
}

function Board() {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const counts = useStages()
  if (counts.error) return <Failure problem={counts.error} retry={() => void counts.refetch()} />
  if (!counts.data) return <Loading />
  return (
    <div className="lh-leads">
      {counts.data.items.map((c) => (
        <Card key={c.stage} size="small" title={t(`attraction.stages.${c.stage}`)} extra={<Link to={`/enterprise/attraction?view=list&stage=${c.stage}`} aria-label={`${t(`attraction.stages.${c.stage}`)} · ${t('attraction.more', { n: c.leads })}`}>{t('attraction.leads', { n: f.number(c.leads, 0) })}</Link>}>
          {c.investment > 0 && <p className="lh-note">{t('attraction.planned', { n: f.number(c.investment, 0) })}</p>}
          <Column stage={c.stage} />
        </Card>
      ))}
    </div>
  )
}

function Column({ stage }: { stage: Stage }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const list = useStage(stage)
  if (list.error) return <Failure problem={list.error} retry={() => void list.refetch()} />
  if (!list.data) return <Loading />
  if (list.data.items.length === 0) return <p className="lh-note">{t('attraction.empty')}</p>
  return (
    <ul>
      {list.data.items.map((l) => (
        <li key={l.id}>
          <span><Link to={`/enterprise/attraction/${l.id}`}>{text(l.name)}</Link>{l.synthetic && <SyntheticMark />}</span>
          <span className="lh-note">{[l.origin, l.chain, l.gap].filter(Boolean).join(' · ')}</span>
          <span className="lh-note">{l.owner_name} <Due lead={l} /></span>
        </li>
      ))}
    </ul>
  )
}

/** The day of the next step, marked when it has come. */
function Due({ lead: l }: { lead: Lead }) {
  const t = useEnterpriseTexts()
  if (!l.next_on) return null
  return <><span className="lh-number">{l.next_on}</span>{l.next_on <= dayjs().format('YYYY-MM-DD') && <StatusTag tone="warn">{t('attraction.dueNow')}</StatusTag>}</>
}

function List() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const places = usePlaces()
  const year = new Date().getFullYear()
  const columns: Column<Lead>[] = [
    { key: 'name', title: t('attraction.field.company'), sort: 'name', render: (l) => <span className="lh-two lh-wrap"><span><Link to={`/enterprise/attraction/${l.id}`}>{text(l.name)}</Link>{l.synthetic && <SyntheticMark />}</span><span>{l.origin}</span></span> },
    { key: 'stage', title: t('attraction.field.stage'), sort: 'stage', render: (l) => <StatusTag tone={stageTone[l.stage]}>{t(`attraction.stages.${l.stage}`)}</StatusTag> },
    { key: 'gap', title: t('attraction.field.gap'), from: 'md', render: (l) => <span className="lh-two lh-wrap"><span>{l.gap || none}</span><span>{l.chain}</span></span> },
    { key: 'industry', title: t('attraction.field.industry'), from: 'xl', render: (l) => places.title('industries', l.industry) },
    { key: 'investment', title: t('attraction.field.investment'), sort: 'investment', align: 'right', from: 'lg', render: (l) => <span className="lh-number">{l.investment ? f.number(l.investment, 0) : none}</span> },
    { key: 'owner', title: t('attraction.field.owner'), from: 'lg', render: (l) => l.owner_name },
    { key: 'next', title: t('attraction.field.next'), sort: 'next_on', from: 'sm', render: (l) => <Due lead={l} /> },
    { key: 'landed', title: t('attraction.field.landed'), sort: 'landed_on', from: 'md', render: (l) => <span className="lh-number">{l.landed_on || none}</span> },
  ]
  return (
    <DataTable<Lead>
      url="/api/enterprise/leads" queryKey={leadsKey} label={t('attraction.title')} rowKey={(l) => l.id} columns={columns} search={t('attraction.search')} exports
      filters={[
        { name: 'stage', label: t('attraction.field.stage'), options: stages.map((s) => ({ value: s, label: t(`attraction.stages.${s}`) })) },
        { name: 'industry', label: t('attraction.field.industry'), options: places.options('industries') },
        { name: 'year', label: t('attraction.field.year'), options: Array.from({ length: year - 2021 }, (_, i) => ({ value: String(year - i), label: String(year - i) })) },
      ]}
      empty={<EmptyState title={t('attraction.none')} note={t('attraction.noneNote')} action={<LinkButton to="/atlas">{t('attraction.toGaps')}</LinkButton>} />}
    />
  )
}
