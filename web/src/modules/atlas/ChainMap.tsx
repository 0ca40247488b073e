import type { KeyboardEvent, RefObject } from 'react'
import { usePalette, useText } from '../../kernel'
import type { ChainMapData, StageState } from './data'
import { place } from './layout'
import { useAtlasTexts } from './texts'

const box = { width: 176, height: 62, right: 64, down: 20 }

/** Breaks a name into two lines at most. */
function lines(name: string): string[] {
  const wide = [...name].reduce((n, c) => n + (c.charCodeAt(0) > 255 ? 2 : 1), 0)
  if (wide <= 22) return [name]
  let n = 0
  let cut = name.length
  for (let i = 0; i < name.length; i++) {
    n += name.charCodeAt(i) > 255 ? 2 : 1
    if (n > 21) {
      const space = name.lastIndexOf(' ', i)
      cut = space > 4 ? space : i
      break
    }
  }
  const rest = name.slice(cut).trim()
  return [name.slice(0, cut), rest.length > 18 ? `${rest.slice(0, 17)}…` : rest]
}

interface Spot { x: number; y: number }

/** A line from a stage past its bends, each as wide as a stage, to another. */
function curve(from: Spot, bends: Spot[], to: Spot): string {
  let d = `M${from.x} ${from.y}`
  let at = from
  const swing = (next: Spot) => {
    const half = (next.x - at.x) / 2
    d += `C${at.x + half} ${at.y} ${next.x - half} ${next.y} ${next.x} ${next.y}`
  }
  for (const b of bends) {
    swing(b)
    at = { x: b.x + box.width, y: b.y }
    d += `L${at.x} ${at.y}`
  }
  swing(to)
  return d
}

/** The stages of a chain from left to right: filled by who stands there, hatched where nobody does. */
export function ChainMap({ map, selected, pick, svg }: { map: ChainMapData; selected: string; pick: (stage: string) => void; svg: RefObject<SVGSVGElement | null> }) {
  const t = useAtlasTexts()
  const text = useText()
  const colours = usePalette()
  const layout = place(map.stages.map((s) => s.stage), map.links)
  const placed = new Map(layout.stages.map((p) => [p.id, p]))
  const lowest = Math.max(0, ...layout.stages.map((p) => p.row), ...layout.bends.map((b) => b.row))
  const x = (id: string) => 12 + (placed.get(id)?.column ?? 0) * (box.width + box.right)
  const y = (id: string) => 12 + (placed.get(id)?.row ?? 0) * (box.height + box.down)
  const width = Math.max(...map.stages.map((s) => x(s.stage.id))) + box.width + 12
  const height = 12 + lowest * (box.height + box.down) + box.height + 12
  const ink = { sound: colours.good, weak: colours.warn, missing: colours.bad, absent: colours.idle }
  const key = (s: StageState) => (e: KeyboardEvent) => {
    if (e.key !== 'Enter' && e.key !== ' ') return
    e.preventDefault()
    pick(s.stage.id)
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls is reached with the keyboard
    <div className="lh-atlas-map" role="group" aria-label={t('map.title')} tabIndex={0}>
      <svg ref={svg} xmlns="http://www.w3.org/2000/svg" width={width} height={height} viewBox={`0 0 ${width} ${height}`} fontFamily="sans-serif">
        <defs>
          {(['missing', 'absent'] as const).map((state) => (
            <pattern key={state} id={`lh-hatch-${state}`} width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="8" height="8" fill={colours.surface} />
              <line x1="0" y1="0" x2="0" y2="8" stroke={ink[state]} strokeWidth="2" opacity="0.45" />
            </pattern>
          ))}
          <marker id="lh-atlas-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill={colours.muted} /></marker>
        </defs>
        {map.links.map((l) => {
          const bends = layout.bends.filter((b) => b.from === l.from && b.to === l.to).map((b) => ({ x: 12 + b.column * (box.width + box.right), y: 12 + b.row * (box.height + box.down) + box.height / 2 }))
          return <path key={`${l.from} ${l.to}`} d={curve({ x: x(l.from) + box.width, y: y(l.from) + box.height / 2 }, bends, { x: x(l.to), y: y(l.to) + box.height / 2 })} fill="none" stroke={l.from === selected || l.to === selected ? colours.accent : colours.muted} strokeWidth={l.from === selected || l.to === selected ? 2.2 : 1.1} markerEnd="url(#lh-atlas-arrow)" />
        })}
        {map.stages.map((s) => {
          const gap = s.state === 'missing' || s.state === 'absent'
          const name = lines(text(s.stage.name))
          return (
            <g key={s.stage.id} transform={`translate(${x(s.stage.id)} ${y(s.stage.id)})`} role="button" tabIndex={0} aria-pressed={s.stage.id === selected} aria-label={`${text(s.stage.name)}: ${t(`states.${s.state}`)}, ${t('map.local', { n: s.local })}`} className="lh-atlas-stage" onClick={() => pick(s.stage.id)} onKeyDown={key(s)}>
              <rect width={box.width} height={box.height} rx="4" fill={gap ? `url(#lh-hatch-${s.state})` : colours.surface} stroke={s.stage.id === selected ? colours.accent : ink[s.state]} strokeWidth={s.stage.id === selected ? 3 : 1.4} strokeDasharray={s.state === 'absent' ? '5 3' : undefined} />
              <rect width="5" height={box.height} rx="2" fill={ink[s.state]} />
              {gap && <rect x="10" y="6" width={box.width - 18} height={box.height - 12} rx="3" fill={colours.surface} />}
              {name.map((line, i) => <text key={i} x="15" y={name.length === 1 ? 26 : 20 + i * 16} fontSize="13" fontWeight="600" fill={colours.text}>{line}</text>)}
              <text x="15" y="51" fontSize="11.5" fill={ink[s.state]}>{t(`states.${s.state}`)} · {t('map.local', { n: s.local })}</text>
            </g>
          )
        })}
      </svg>
    </div>
  )
}
