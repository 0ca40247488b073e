import { Button, Card, Collapse } from 'antd'
import { api, PageHeader, Particulars, read, useChange, useMay } from '../../kernel'
import { roomKey } from './data'
import { Findings } from './FindingList'
import { kinds, useDefinition } from './findings'
import { usePlatformTexts } from './texts'

/** What is doubted about reported figures, of all platforms. */
export default function QualityPage() {
  const t = usePlatformTexts()
  const may = useMay()
  const run = useChange({ run: () => read(api.POST('/api/platforms/quality/checks')), refresh: [roomKey], done: t('quality.checked') })
  return (
    <div className="lh-stack">
      <PageHeader title={t('quality.title')} note={t('quality.note')} actions={may('platforms.review') && <Button loading={run.isPending} onClick={() => run.mutate()}>{t('quality.check')}</Button>} />
      <Findings />
      <Card size="small">
        <Collapse ghost items={[{ key: 'grade', label: t('quality.how'), children: <Definition /> }, { key: 'checks', label: t('quality.checks'), children: <Checks /> }]} />
      </Card>
    </div>
  )
}

/** How the grade is computed, with the figures in force. */
export function Definition() {
  const t = usePlatformTexts()
  const { data: d } = useDefinition()
  if (!d) return null
  return (
    <div className="lh-stack">
      <code>{t('quality.formula', { complete: d.completeness, timely: d.timeliness, valid: d.validity })}</code>
      <ul>
        <li>{t('quality.formulaCounted', { days: d.days })}</li>
        <li>{t('quality.formulaValid', { high: d.costs.high, medium: d.costs.medium, low: d.costs.low, days: d.half_life })}</li>
        <li>{t('quality.formulaGrades', { a: d.grades.A, b: d.grades.B, c: d.grades.C, least: d.least })}</li>
        <li>{t('quality.formulaOwn', { version: d.definition })}</li>
      </ul>
    </div>
  )
}

function Checks() {
  const t = usePlatformTexts()
  return <Particulars items={kinds.map((k) => ({ key: k, label: t(`quality.kinds.${k}`), children: t(`quality.about.${k}`) }))} />
}
