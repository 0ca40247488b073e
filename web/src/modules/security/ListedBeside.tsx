import { Card } from 'antd'
import { Link } from 'react-router'
import { StatusTag } from '../../kernel'
import { useWeaknessTexts, type Listed } from './weaknesses'

/** What national lists say of vulnerabilities, in their own words: what to do stands below the title. */
export function ListedBeside({ list }: { list: Listed[] }) {
  const t = useWeaknessTexts()
  const shown = list.filter((x, i) => list.findIndex((y) => y.number === x.number) === i)
  if (shown.length === 0) return null
  return (
    <Card size="small" title={t('weakness.listed.beside')}>
      <div className="lh-stack">
        {shown.map((x) => (
          <div key={x.number} className="lh-two lh-wrap">
            <span><Link className="lh-code" to={`/security/listed-vulnerabilities/${x.number}`}>{x.number}</Link> {x.severity && <StatusTag tone="idle">{x.severity}</StatusTag>} {x.title}</span>
            <span className="lh-muted">{x.remedy || t('weakness.listed.noRemedy')}</span>
          </div>
        ))}
      </div>
    </Card>
  )
}
