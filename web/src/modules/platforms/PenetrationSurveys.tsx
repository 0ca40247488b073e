import { Button, Card, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, EmptyState, Failure, PlainTable, read, useChange, useFormat, useMay, useText, type Schema } from '../../kernel'
import { reachKey, useSurveys, type Survey } from './reach'
import { ReachUpload } from './ReachUpload'
import { usePlatformTexts } from './texts'

/** Surveys by strata, each with its estimate and interval; a count of another kind, which stands beside the first and is never mixed with it. */
export function PenetrationSurveys() {
  const t = usePlatformTexts()
  const may = useMay()
  const surveys = useSurveys()
  const [adding, add] = useState(false)
  const [title, setTitle] = useState('')
  return (
    <Card size="small" title={t('survey.title')} extra={may('platforms.review') && <Button size="small" onClick={() => add(true)}>{t('survey.add')}</Button>}>
      {surveys.error && <Failure problem={surveys.error} retry={() => void surveys.refetch()} />}
      {surveys.data && (surveys.data.items.length === 0 ? <EmptyState title={t('survey.none')} note={t('survey.noneNote')} /> : <List surveys={surveys.data.items} />)}
      <Drawer open={adding} onClose={() => add(false)} size={560} title={t('survey.add')} destroyOnHidden>
        <ReachUpload path="/api/platforms/reach/surveys" template="survey" note={t('survey.note')} also={title ? { title } : {}} done={() => setTitle('')}>
          <Form.Item label={t('survey.name')} htmlFor="survey-name"><Input id="survey-name" value={title} maxLength={100} onChange={(e) => setTitle(e.target.value)} /></Form.Item>
        </ReachUpload>
      </Drawer>
    </Card>
  )
}

function List({ surveys }: { surveys: Survey[] }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const remove = useChange({
    run: (id: string) => read(api.DELETE('/api/platforms/reach/surveys/{id}', { params: { path: { id } } })), refresh: [reachKey], done: t('survey.removed'), quiet: true,
  })
  return (
    <>
      <PlainTable<Survey>
        label={t('survey.title')} rowKey="id" dataSource={surveys} expandable={{ expandedRowRender: (s) => <Strata survey={s} /> }}
        columns={[
          { key: 'name', title: t('survey.name'), render: (_, s) => <span className="lh-two"><span>{text(s.name)}</span><span>{s.month}</span></span> },
          { key: 'rate', title: t('survey.rate'), align: 'right', render: (_, s) => <span className="lh-two"><strong className="lh-number">{f.number(s.estimate.rate, 1)}%</strong><span className="lh-number">{f.number(s.estimate.low, 1)}–{f.number(s.estimate.high, 1)}%</span></span> },
          { key: 'population', title: t('survey.population'), align: 'right', responsive: ['md'], render: (_, s) => <span className="lh-number">{f.number(s.estimate.population)}</span> },
          { key: 'answered', title: t('survey.answered'), align: 'right', responsive: ['sm'], render: (_, s) => <span className="lh-two"><span className="lh-number">{f.number(s.estimate.answered)}</span><span className="lh-number">{t('survey.response', { percent: f.number(s.estimate.response, 1) })}</span></span> },
          { key: 'by', title: t('reach.by'), responsive: ['lg'], render: (_, s) => <span className="lh-two"><span>{s.by}</span><span className="lh-number">{f.time(s.at)}</span></span> },
          ...(may('platforms.review') ? [{ key: 'remove', title: '', align: 'right' as const, render: (_: unknown, s: Survey) => <Confirm title={t('survey.removeTitle')} note={t('survey.removeNote')} label={t('survey.remove')} run={() => remove.mutateAsync(s.id)} /> }] : []),
        ]}
      />
      <p className="lh-note">{t('survey.formula')}</p>
    </>
  )
}

function Strata({ survey }: { survey: Survey }) {
  const t = usePlatformTexts()
  const f = useFormat()
  type Stratum = Schema<'ReachStratum'>
  const number = (key: 'population' | 'asked' | 'answered' | 'using', from?: 'sm') => ({ key, title: t(`survey.${key}`), align: 'right' as const, ...(from ? { responsive: [from] } : {}), render: (_: unknown, s: Stratum) => <span className="lh-number">{f.number(s[key])}</span> })
  return (
    <PlainTable<Stratum>
      label={t('survey.strata')} rowKey="name" dataSource={survey.strata} pagination={survey.strata.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { key: 'name', title: t('survey.stratum'), dataIndex: 'name' }, number('population'), number('asked', 'sm'), number('answered'), number('using'),
        { key: 'share', title: t('survey.share'), align: 'right', responsive: ['sm'], render: (_, s) => <span className="lh-number">{f.number((s.using / s.answered) * 100, 1)}%</span> },
      ]}
    />
  )
}
