import { Collapse } from 'antd'
import { Failure, Figure, Figures, Loading, none, StatusTag, useFormat } from '../../kernel'
import { Findings } from './FindingList'
import { Definition } from './Quality'
import { gradeTone, usePlatformQuality } from './findings'
import { usePlatformTexts } from './texts'

/** A platform's grade of data quality with what it is made of, and its findings. */
export function PlatformQuality({ id, shared }: { id: string; shared: boolean }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const quality = usePlatformQuality(id)
  if (quality.error) return <Failure problem={quality.error} retry={() => void quality.refetch()} />
  if (!quality.data) return <Loading />
  const q = quality.data
  const graded = q.grade !== 'none'
  const percent = (v: number) => (graded ? `${f.number(v, 1)}%` : none)
  return (
    <div className="lh-stack">
      <Figures>
        <Figure label={t('quality.grade')} value={<StatusTag tone={gradeTone[q.grade]}>{graded ? q.grade : t('quality.ungraded')}</StatusTag>} note={t('quality.own', { version: q.definition })} />
        <Figure label={t('quality.score')} value={graded ? f.number(q.score, 1) : none} note={graded ? t('quality.scoreNote') : t('quality.ungradedNote')} />
        <Figure label={t('quality.completeness')} value={percent(q.completeness)} note={t('quality.ofDue', { n: f.number(q.received), due: f.number(q.due) })} />
        <Figure label={t('quality.timeliness')} value={percent(q.timeliness)} note={t('quality.ofDue', { n: f.number(q.on_time), due: f.number(q.due) })} />
        <Figure label={t('quality.validity')} value={f.number(q.validity, 1)} note={t('quality.openCount', { open: f.number(q.findings.open ?? 0), explained: f.number(q.findings.explained ?? 0) })} />
      </Figures>
      <Collapse ghost items={[{ key: 'how', label: t('quality.how'), children: <Definition /> }]} />
      {!shared && <Findings platform={id} />}
    </div>
  )
}
