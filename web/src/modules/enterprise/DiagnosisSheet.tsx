import { Button } from 'antd'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { api, Failure, Loading, PageHeader, PageTabs, read, StatusTag, SyntheticMark, useChange, useText } from '../../kernel'
import { diagnosisKey, useSheet, type Sheet } from './diagnosis'
import { Answers } from './DiagnosisAnswers'
import { Form } from './DiagnosisForm'
import { LevelTag } from './DiagnosisParts'
import { History, ResultView } from './DiagnosisResult'
import { ReviewActions } from './DiagnosisReview'
import { useEnterpriseTexts } from './texts'
import './diagnosis.css'

/** One diagnosis: a questionnaire while it is a draft, then its result. */
export default function DiagnosisSheet() {
  const { id = '' } = useParams()
  const t = useEnterpriseTexts()
  const sheet = useSheet(id)
  if (sheet.error && !sheet.data) return <><PageHeader title={t('diagnosis.title')} /><Failure problem={sheet.error} retry={() => void sheet.refetch()} /></>
  if (!sheet.data) return <Loading />
  return sheet.data.state === 'draft' ? <Form key={id} sheet={sheet.data} /> : <Submitted key={id} sheet={sheet.data} />
}

function Submitted({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'result', label: t('diagnosis.result'), children: <ResultView sheet={s} /> },
    { key: 'answers', label: t(s.acts.includes('review') ? 'diagnosis.review' : 'diagnosis.answers'), children: <Answers sheet={s} /> },
    { key: 'history', label: t('diagnosis.history'), children: <History sheet={s} /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(s.name)} note={text(s.questionnaire.title)}
        marks={<><LevelTag level={s.result.level} template={s.questionnaire} />{s.reviewed_at && <StatusTag tone="good">{t('diagnosis.reviewedMark')}</StatusTag>}{s.synthetic && <SyntheticMark />}</>}
        actions={<Actions sheet={s} />}
      />
      <PageTabs label={t('diagnosis.title')} active={params.get('tab') ?? (s.acts.includes('review') ? 'answers' : 'result')} change={(tab) => setParams({ tab }, { replace: true })} items={tabs} />
    </div>
  )
}

function Actions({ sheet: s }: { sheet: Sheet }) {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const repeat = useChange({
    run: () => read(api.POST('/api/enterprise/diagnosis/sheets', { body: { entry_id: s.entry_id, template: s.template, repeat: true } })),
    refresh: [diagnosisKey], after: (x) => void go(`/enterprise/diagnosis/${x.id}`),
  })
  const report = (format: string) => `/api/enterprise/diagnosis/sheets/${s.id}/report?format=${format}`
  return (
    <>
      <Button href={report('pdf')} download>{t('diagnosis.pdf')}</Button>
      <Button href={report('xlsx')} download>{t('diagnosis.xlsx')}</Button>
      {s.acts.includes('repeat') && <Button onClick={() => repeat.mutate()} loading={repeat.isPending} title={t('diagnosis.repeatNote')}>{t('diagnosis.repeat')}</Button>}
      <ReviewActions sheet={s} />
    </>
  )
}
