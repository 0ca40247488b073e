import { Alert, Card } from 'antd'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { CopyBlock, DataTable, Failure, Figure, Figures, none, PlainTable, StatusTag, useFormat, useMay, useText, type Column } from '../../kernel'
import { diagnosisKey, useBenchmarks, type Near, type Result, type Sheet, type SheetRow, type Step } from './diagnosis'
import { LevelName, LevelTag, Marks, useLevelName } from './DiagnosisParts'
import { Radar } from './DiagnosisRadar'
import { findQuestion, scenarioOf } from './questions'
import { useEnterpriseTexts } from './texts'

/** What a diagnosis came to: level, radar, what lacks to the next level, and the steps that close it. */
export function ResultView({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const benchmarks = useBenchmarks(s.id)
  const r = s.result
  return (
    <div className="lh-stack">
      <Figures>
        <Figure label={t('diagnosis.level')} value={<LevelName level={r.level} template={s.questionnaire} />} />
        <Figure label={t('diagnosis.score')} value={f.number(r.score, 3)} note={t('diagnosis.ofMost', { most: f.number(r.most) })} />
        {s.self && <Figure label={t('diagnosis.selfLevel')} value={<><LevelName level={s.self.level} template={s.questionnaire} /> · {f.number(s.self.score, 3)}</>} note={t('diagnosis.selfNote')} />}
        <Figure label={t('diagnosis.shared')} value={t(s.share === 'answers' ? 'diagnosis.sharedAnswers' : 'diagnosis.sharedResult')} />
      </Figures>
      <div className="lh-diagnosis-two">
        <Card size="small" title={t('diagnosis.radar')}>
          {benchmarks.error ? <Failure problem={benchmarks.error} retry={() => void benchmarks.refetch()} /> : <Radar result={r} benchmarks={benchmarks.data?.items ?? []} />}
        </Card>
        <Gap sheet={s} />
      </div>
      {r.findings.length > 0 && <Findings sheet={s} />}
      <Scores result={r} />
      <Card size="small"><Marks template={s.questionnaire} /></Card>
      {s.digest && <Card size="small" title={t('diagnosis.digest')}><CopyBlock text={s.digest} label={t('diagnosis.digest')} /></Card>}
    </div>
  )
}

/** What lacks to the next level, and the fewest steps that close it. */
function Gap({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const level = useLevelName(s.questionnaire)
  const g = s.result.next
  if (!g) return <Card size="small" title={t('diagnosis.advice')}><StatusTag tone="good">{t('diagnosis.gapNone')}</StatusTag></Card>
  const of = (x: { have: number; need: number }) => ({ have: f.number(x.have, 3), need: f.number(x.need, 3) })
  const ladder = s.result.stages.length > 0
  const vetoes = s.questionnaire.vetoes.filter((v) => g.vetoes.includes(v.code))
  return (
    <Card size="small" title={t('diagnosis.gap', { level: level(g.level) })}>
      <ul className="lh-diagnosis-gap">
        {g.score && <li>{t(ladder ? 'diagnosis.gapStage' : 'diagnosis.gapScore', of(g.score))}</li>}
        {g.scenarios && <li>{t('diagnosis.gapScenarios', { ...of(g.scenarios), grade: g.level })}</li>}
        {g.starred && <li>{t('diagnosis.gapStarred', of(g.starred))}</li>}
        {vetoes.map((v) => <li key={v.code}>{t('diagnosis.vetoed', { title: text(v.title) })}</li>)}
      </ul>
      {g.nearest.length > 0 && <Nearest list={g.nearest.slice(0, 5)} />}
      {may('enterprise.policy.fill') && <div><span className="lh-prose"><Link to="/enterprise/policies">{t('diagnosis.policies')}</Link></span></div>}
      <h3 className="lh-section-head">{t('diagnosis.advice')}</h3>
      {g.steps.length > 0 ? <Steps sheet={s} steps={g.steps} /> : <p className="lh-note">{t('diagnosis.adviceHidden')}</p>}
      <p className="lh-note">{t('diagnosis.adviceRule')}</p>
    </Card>
  )
}

type Way = 'examples' | 'apps' | 'providers' | 'need'

/** Where the city has something for what is advised. */
function Ways({ of, to }: { of: string; to: Partial<Record<Way, string>> }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const seen: Record<Way, boolean> = { examples: may('scenario.view'), apps: may('scenario.view'), providers: may('enterprise.provider.view'), need: may('enterprise.need.act') }
  return (Object.keys(seen) as Way[]).map((way) => seen[way] && to[way] && <Fragment key={way}> · <Link to={to[way]} aria-label={`${of}: ${t(`diagnosis.${way}`)}`}>{t(`diagnosis.${way}`)}</Link></Fragment>)
}

/** The scenarios that are nearest to the next grade, each with what the city has for it. */
function Nearest({ list }: { list: Near[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const ways = (code: string) => ({ examples: `/scenario?link=${code}`, apps: `/scenario/apps?link=${code}`, providers: `/enterprise/providers?scenario=${code}`, need: `/enterprise/needs?begin=${code}` })
  return (
    <>
      <p>{t('diagnosis.nearest')}</p>
      <ul className="lh-diagnosis-gap lh-prose">
        {list.map((x) => (
          <li key={x.question}>
            {text(x.title)}{x.starred && ' ★'} ({t('diagnosis.lift', { count: x.lift })})
            <Ways of={text(x.title)} to={ways(scenarioOf(x.question))} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Steps({ sheet: s, steps }: { sheet: Sheet; steps: Step[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const search = (x: Step) => { const q = new URLSearchParams({ q: text(x.title) }); return { examples: `/scenario?${q}`, providers: `/enterprise/providers?${q}` } }
  const reach = (x: Step) => {
    const q = findQuestion(s.questionnaire, x.question)?.question
    return f.list((q?.options ?? []).filter((o) => x.options.includes(o.code)).map((o) => text(o.title)))
  }
  return (
    <PlainTable<Step>
      label={t('diagnosis.advice')} rowKey="question" dataSource={steps} scroll={{ x: '100%' }}
      columns={[
        { key: 'item', title: t('diagnosis.item'), render: (_, x) => <span className="lh-wrap">{text(x.title)}{x.starred && ' ★'}{x.outcome && <> <StatusTag tone="idle">{t('diagnosis.outcome')}</StatusTag></>}{x.kind === 'stage' && <Ways of={text(x.title)} to={search(x)} />}</span> },
        { key: 'reach', title: t('diagnosis.toDo'), render: (_, x) => <span className="lh-wrap">{reach(x)}</span> },
        { key: 'to', title: `${t('diagnosis.now')} → ${t('diagnosis.then')}`, align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{t('diagnosis.adviceTo', { have: f.number(x.have, 3), want: f.number(x.want, 3) })}</span> },
        { key: 'steps', title: t('diagnosis.effort'), align: 'right', render: (_, x) => <span className="lh-number">{x.steps}</span> },
      ]}
    />
  )
}

/** Where what was chosen and the raw figures do not agree. */
function Findings({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const title = (code: string) => text(findQuestion(s.questionnaire, code)?.question.title)
  const option = (code: string, of: string) => text(findQuestion(s.questionnaire, code)?.question.options.find((o) => o.code === of)?.title)
  return (
    <Alert
      type="warning" showIcon title={t('diagnosis.findings')}
      description={(
        <ul className="lh-diagnosis-gap">
          {s.result.findings.map((x) => (
            <li key={x.question}>
              {x.kind === 'differs'
                ? t('diagnosis.findingDiffers', { question: title(x.question), chosen: option(x.question, x.chosen), computed: option(x.question, x.computed), value: f.number(x.value ?? 0) })
                : t('diagnosis.findingExceeds', { question: title(x.question), computed: title(x.computed) })}
            </li>
          ))}
        </ul>
      )}
    />
  )
}

/** Scores by dimension, scenarios by grade, or stages. */
function Scores({ result: r }: { result: Result }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  return (
    <div className="lh-diagnosis-two">
      {r.tallies.length > 0 && (
        <Card size="small" title={t('diagnosis.tallies')}>
          <PlainTable
            label={t('diagnosis.tallies')} rowKey={(x) => `${x.of}/${x.code}`} dataSource={r.tallies}
            columns={[
              { key: 'title', title: t('diagnosis.aspect'), render: (_, x) => (x.of ? <span className="lh-diagnosis-indent">{text(x.title)}</span> : <strong>{text(x.title)}</strong>) },
              { key: 'score', title: t('diagnosis.score'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.score, 3)}</span> },
              { key: 'most', title: t('diagnosis.most'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.most)}</span> },
            ]}
          />
        </Card>
      )}
      {r.grades.length > 0 && (
        <Card size="small" title={t('diagnosis.scenarios')}>
          <PlainTable
            label={t('diagnosis.scenarios')} rowKey="grade" dataSource={r.grades}
            columns={[
              { key: 'grade', title: t('diagnosis.grade'), render: (_, x) => `≥ ${x.grade}` },
              { key: 'all', title: t('diagnosis.all'), align: 'right', render: (_, x) => <span className="lh-number">{x.scenarios}</span> },
              { key: 'starred', title: t('diagnosis.starred'), align: 'right', render: (_, x) => <span className="lh-number">{x.starred}</span> },
            ]}
          />
        </Card>
      )}
      {r.stages.length > 0 && (
        <Card size="small" title={t('diagnosis.stageTitle')}>
          <PlainTable
            label={t('diagnosis.stageTitle')} rowKey="stage" dataSource={r.stages}
            columns={[
              { key: 'stage', title: t('diagnosis.stage'), render: (_, x) => x.stage },
              { key: 'score', title: t('diagnosis.score'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.score, 3)}</span> },
              { key: 'met', title: t('diagnosis.field.state'), render: (_, x) => <StatusTag tone={x.met ? 'good' : 'idle'}>{t(x.met ? 'diagnosis.met' : 'diagnosis.notMet')}</StatusTag> },
            ]}
          />
        </Card>
      )}
    </div>
  )
}

/** All diagnoses of the enterprise by the same questionnaire, to compare. */
export function History({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const columns: Column<SheetRow>[] = [
    { key: 'submitted_at', title: t('diagnosis.field.submitted'), sort: 'submitted_at', render: (x) => <Link to={`/enterprise/diagnosis/${x.id}`} className="lh-number">{x.submitted_at ? f.time(x.submitted_at) : t('diagnosis.states.draft')}</Link> },
    { key: 'level', title: t('diagnosis.level'), sort: 'level', render: (x) => (x.state === 'draft' ? none : <LevelTag level={x.level} template={s.questionnaire} />) },
    { key: 'score', title: t('diagnosis.score'), sort: 'score', align: 'right', render: (x) => <span className="lh-number">{x.state === 'draft' ? none : f.number(x.score, 3)}</span> },
    { key: 'self', title: t('diagnosis.selfLevel'), align: 'right', from: 'sm', render: (x) => <span className="lh-number">{x.state === 'draft' ? none : f.number(x.self_score, 3)}</span> },
    { key: 'reviewed', title: t('diagnosis.field.reviewed'), from: 'md', render: (x) => t(x.reviewed_at ? 'diagnosis.reviewedMark' : 'diagnosis.notReviewed') },
  ]
  return <DataTable<SheetRow> url="/api/enterprise/diagnosis/sheets" queryKey={[...diagnosisKey, 'history', s.entry_id]} label={t('diagnosis.history')} rowKey={(x) => x.id} columns={columns} fixed={{ entry: s.entry_id, template: s.template }} prefix="h." views="" />
}
