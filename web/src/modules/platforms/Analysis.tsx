import { Card } from 'antd'
import { useSearchParams } from 'react-router'
import { PageHeader, PageTabs } from '../../kernel'
import { Cohorts } from './Cohorts'
import { IndexDefinitions } from './IndexDefinitions'
import { IndexRuns } from './IndexRuns'
import { Origins } from './Origin'
import { usePlatformTexts } from './texts'
import { Trends } from './Trends'

/** What the figures of platforms tell together. */
export default function Analysis() {
  const t = usePlatformTexts()
  const [params, setParams] = useSearchParams()
  const code = params.get('code')
  // The indicator stays when the view of it changes.
  const open = (tab: string) => setParams({ ...(tab === 'trend' ? {} : { tab }), ...(code ? { code } : {}) }, { replace: true })
  const tabs = [
    { key: 'trend', label: t('analysis.trends'), children: <Trends /> },
    { key: 'cohorts', label: t('analysis.cohorts'), children: <Cohorts /> },
    { key: 'index', label: t('index.title'), children: <IndexRuns definitions={() => open('definitions')} /> },
    { key: 'definitions', label: t('index.definitions'), children: <IndexDefinitions /> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('analysis.title')} note={t('analysis.note')} />
      <Card size="small"><PageTabs label={t('analysis.title')} active={params.get('tab') ?? 'trend'} change={open} items={tabs} /></Card>
      <Origins />
    </div>
  )
}
