import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { fitted, judged, nearest, scale } from './matrix'
import type { Judgement } from './rankings'
import { usePlatformTexts } from './texts'
import './rankings.css'

interface Props {
  /** What is compared, by the names that it is known by. */
  titles: string[]
  value?: Judgement[]
  onChange?: (value: Judgement[]) => void
}

/** What experts think of things, pair by pair, on the nine-point scale. */
export function Judgements({ titles, value, onChange }: Props) {
  const t = usePlatformTexts()
  const list = (value ?? []).map((j) => ({ ...j, matrix: fitted(j.matrix, titles.length) }))
  const set = (i: number, j: Partial<Judgement>) => onChange?.(list.map((x, k) => (k === i ? { ...x, ...j } : x)))
  return (
    <div className="lh-stack">
      {list.map((j, i) => (
        <section key={i} aria-label={t('ranking.expertN', { n: i + 1 })} className="lh-rank-expert">
          <div className="lh-rank-head">
            <Input aria-label={t('ranking.expert')} placeholder={t('ranking.expert')} maxLength={60} value={j.expert} onChange={(e) => set(i, { expert: e.target.value })} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={t('ranking.removeExpert', { n: i + 1 })} onClick={() => onChange?.(list.filter((_, k) => k !== i))} />
          </div>
          {pairs(titles.length).map(([a, b]) => (
            <label key={`${a} ${b}`} className="lh-rank-pair">
              <span>{titles[a]}</span>
              <Select value={nearest(j.matrix[a]![b]!)} onChange={(v) => set(i, { matrix: judged(j.matrix, a, b, v) })} options={scale.map((v) => ({ value: v, label: said(t, v) }))} popupMatchSelectWidth={false} aria-label={t('ranking.pair', { a: titles[a] ?? '', b: titles[b] ?? '' })} />
              <span>{titles[b]}</span>
            </label>
          ))}
        </section>
      ))}
      {list.length < 20 && <div><Button size="small" icon={<PlusOutlined />} onClick={() => onChange?.([...list, { expert: '', matrix: fitted([], titles.length) }])}>{t('ranking.addExpert')}</Button></div>}
    </div>
  )
}

/** All pairs of things, each once. */
function pairs(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) => Array.from({ length: count - a - 1 }, (_, k): [number, number] => [a, a + k + 1])).flat()
}

function said(t: ReturnType<typeof usePlatformTexts>, v: number): string {
  if (v === 1) return t('ranking.equal')
  return v > 1 ? t('ranking.more', { n: v }) : t('ranking.less', { n: Math.round(1 / v) })
}
