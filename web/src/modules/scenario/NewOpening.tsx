import { Card } from 'antd'
import { useNavigate, useSearchParams } from 'react-router'
import { api, PageHeader, read, useChange, useText, type Schema } from '../../kernel'
import { roomKey, useScenario, type OpeningDetail } from './data'
import { OpeningForm } from './OpeningForm'
import { useScenarioTexts } from './texts'

/** Begins to open a scenario at one's own enterprise. */
export default function NewOpening() {
  const t = useScenarioTexts()
  const text = useText()
  const go = useNavigate()
  const [params] = useSearchParams()
  const scenario = params.get('scenario') ?? ''
  const { data } = useScenario(scenario)
  const begin = useChange<Schema<'OpeningTerms'>, OpeningDetail>({ run: (terms) => read(api.POST('/api/scenario/openings', { body: { ...terms, scenario_id: scenario } })), refresh: [roomKey], done: t('opening.saved'), quiet: true, after: (o) => void go(`/scenario/openings/${o.id}`) })
  return (
    <div className="lh-stack">
      <PageHeader title={t('opening.new')} note={data ? text(data.shown.content.title) : ''} />
      <Card><OpeningForm submit={(terms) => begin.mutateAsync(terms)} cancel={() => void go(-1)} /></Card>
    </div>
  )
}
