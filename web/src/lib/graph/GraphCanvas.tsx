import { useEffect, useImperativeHandle, useMemo, useRef, type KeyboardEvent, type PointerEvent, type Ref, type RefObject } from 'react'
import { degrees, spiral, step } from './force'
import { css, painter, plainPainter, rgb, type Scene, type Sight } from './gl'
import { apart, shortened, type Label } from './labels'
import './graph.css'

export interface DrawnNode { id: string; label: string; colour: string }
export interface DrawnEdge { from: number; to: number }

/** Pictures of what is seen now. */
export interface GraphPictures { png: () => Promise<Blob | null>; svg: () => string }

interface Props {
  nodes: DrawnNode[]
  edges: DrawnEdge[]
  selected: string
  pick: (id: string) => void
  label: string
  colours: { text: string; line: string; surface: string; accent: string }
  ref?: Ref<GraphPictures>
}

const steps = 220

/** Everything that moves; it lives outside of rendering. */
interface Stage { scene: Scene; sight: Sight; degree: Uint32Array; left: number; moved: boolean }

/** A graph of thousands of nodes, laid out in the browser step by step and drawn with WebGL. */
export function GraphCanvas({ nodes, edges, selected, pick, label, colours, ref }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const ground = useRef<HTMLCanvasElement>(null)
  const words = useRef<HTMLCanvasElement>(null)
  const draw = useRef<() => void>(() => undefined)
  const stage = useMemo<Stage>(() => begin(nodes, edges, colours.line), [nodes, edges, colours.line])

  usePainting({ boxRef: box, groundRef: ground, wordsRef: words, drawRef: draw }, stage, nodes, edges, selected, colours)
  useImperativeHandle(ref, () => ({
    png: () => new Promise((done) => {
      const [canvas, over] = [ground.current, words.current]
      const both = document.createElement('canvas')
      const pen = both.getContext('2d')
      if (!canvas || !over || !pen) return done(null)
      both.width = canvas.width
      both.height = canvas.height
      pen.fillStyle = colours.surface
      pen.fillRect(0, 0, both.width, both.height)
      pen.drawImage(canvas, 0, 0)
      pen.drawImage(over, 0, 0)
      both.toBlob(done, 'image/png')
    }),
    svg: () => svgOf(stage, nodes, box.current?.clientWidth ?? 800, box.current?.clientHeight ?? 560, colours),
  }), [stage, nodes, colours])

  const hands = useHands(box, draw, stage, nodes, pick)
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrow keys move the picture; its nodes are in a list beside it
    <div ref={box} className="lh-graph" role="img" aria-label={label} tabIndex={0} {...hands}>
      <canvas ref={ground} />
      <canvas ref={words} className="lh-graph-words" />
    </div>
  )
}

interface Refs { boxRef: RefObject<HTMLDivElement | null>; groundRef: RefObject<HTMLCanvasElement | null>; wordsRef: RefObject<HTMLCanvasElement | null>; drawRef: RefObject<() => void> }

/** Lays out and draws, frame by frame while something moves. */
function usePainting({ boxRef, groundRef, wordsRef, drawRef }: Refs, stage: Stage, nodes: DrawnNode[], edges: DrawnEdge[], selected: string, colours: Props['colours']): void {
  useEffect(() => {
    const canvas = groundRef.current
    const over = wordsRef.current
    const frame = boxRef.current
    if (!canvas || !over || !frame) return
    const paint = painter(canvas) ?? plainPainter(canvas)
    let asked = 0
    const fit = () => {
      const dense = Math.min(2, window.devicePixelRatio || 1)
      for (const c of [canvas, over]) {
        c.width = Math.max(1, Math.round(frame.clientWidth * dense))
        c.height = Math.max(1, Math.round(frame.clientHeight * dense))
      }
    }
    const show = () => {
      asked = 0
      if (stage.left > 0) {
        const until = performance.now() + 12
        while (stage.left > 0 && performance.now() < until) {
          step({ nodes: nodes.length, edges }, stage.scene.positions, stage.degree, stage.left / steps)
          stage.left--
        }
        if (!stage.moved) stage.sight = whole(stage.scene.positions, frame.clientWidth, frame.clientHeight)
      }
      paint(stage.scene, stage.sight)
      write(over, stage, nodes, selected, colours)
      if (stage.left > 0) ask()
    }
    const ask = () => { if (asked === 0) asked = requestAnimationFrame(show) }
    drawRef.current = ask
    const watch = new ResizeObserver(() => { fit(); ask() })
    watch.observe(frame)
    const wheel = (e: WheelEvent) => {
      e.preventDefault()
      const r = frame.getBoundingClientRect()
      zoom(stage, Math.exp(-e.deltaY * 0.0015), e.clientX - r.left - r.width / 2, e.clientY - r.top - r.height / 2)
      ask()
    }
    frame.addEventListener('wheel', wheel, { passive: false })
    fit()
    ask()
    return () => {
      watch.disconnect()
      frame.removeEventListener('wheel', wheel)
      cancelAnimationFrame(asked)
    }
  }, [boxRef, groundRef, wordsRef, drawRef, stage, nodes, edges, selected, colours])
}

/** What pointers and keys do with the picture. */
function useHands(box: RefObject<HTMLDivElement | null>, draw: RefObject<() => void>, stage: Stage, nodes: DrawnNode[], pick: (id: string) => void) {
  const drag = useRef<{ x: number; y: number; far: number } | null>(null)
  const down = (e: PointerEvent) => {
    e.currentTarget.setPointerCapture(e.pointerId)
    drag.current = { x: e.clientX, y: e.clientY, far: 0 }
  }
  const move = (e: PointerEvent) => {
    const from = drag.current
    if (!from) return
    pan(stage, from.x - e.clientX, from.y - e.clientY)
    drag.current = { x: e.clientX, y: e.clientY, far: from.far + Math.abs(e.clientX - from.x) + Math.abs(e.clientY - from.y) }
    draw.current()
  }
  const up = (e: PointerEvent) => {
    const far = drag.current?.far ?? 99
    drag.current = null
    const r = box.current?.getBoundingClientRect()
    if (far > 4 || !r) return
    const i = nearest(stage, e.clientX - r.left - r.width / 2, e.clientY - r.top - r.height / 2)
    if (i >= 0) pick(nodes[i]!.id)
  }
  const key = (e: KeyboardEvent) => {
    const by: Record<string, () => void> = {
      ArrowLeft: () => pan(stage, -40, 0), ArrowRight: () => pan(stage, 40, 0), ArrowUp: () => pan(stage, 0, -40), ArrowDown: () => pan(stage, 0, 40), '+': () => zoom(stage, 1.25, 0, 0), '=': () => zoom(stage, 1.25, 0, 0), '-': () => zoom(stage, 0.8, 0, 0),
    }
    if (!by[e.key]) return
    e.preventDefault()
    by[e.key]!()
    draw.current()
  }
  return { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: () => { drag.current = null }, onKeyDown: key }
}

function begin(nodes: DrawnNode[], edges: DrawnEdge[], line: string): Stage {
  const degree = degrees({ nodes: nodes.length, edges })
  const colours = new Float32Array(3 * nodes.length)
  nodes.forEach((n, i) => colours.set(rgb(n.colour), 3 * i))
  const ends = new Uint32Array(2 * edges.length)
  edges.forEach((e, i) => ends.set([e.from, e.to], 2 * i))
  return {
    degree, left: steps, moved: false, sight: { x: 0, y: 0, scale: 1 },
    scene: { positions: spiral(nodes.length), colours, sizes: Float32Array.from(degree, (d) => Math.min(26, 7 + 2.2 * Math.sqrt(d))), edges: ends, line: [...rgb(line), edges.length > 3000 ? 0.35 : 0.7] },
  }
}

function whole(p: Float32Array, width: number, height: number): Sight {
  let [left, right, top, bottom] = [0, 0, 0, 0]
  for (let i = 0; i < p.length; i += 2) {
    left = Math.min(left, p[i]!)
    right = Math.max(right, p[i]!)
    top = Math.min(top, p[i + 1]!)
    bottom = Math.max(bottom, p[i + 1]!)
  }
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: Math.min(2, (width - 60) / (right - left + 20), (height - 60) / (bottom - top + 20)) }
}

function pan(s: Stage, dx: number, dy: number): void {
  s.moved = true
  s.sight = { ...s.sight, x: s.sight.x + dx / s.sight.scale, y: s.sight.y + dy / s.sight.scale }
}

function zoom(s: Stage, by: number, x: number, y: number): void {
  s.moved = true
  const scale = Math.min(12, Math.max(0.02, s.sight.scale * by))
  s.sight = { x: s.sight.x + x / s.sight.scale - x / scale, y: s.sight.y + y / s.sight.scale - y / scale, scale }
}

/** The node below a place, from the middle of the picture; −1 for none. */
function nearest(s: Stage, x: number, y: number): number {
  let found = -1
  let best = 14
  for (let i = 0; i < s.degree.length; i++) {
    const d = Math.hypot((s.scene.positions[2 * i]! - s.sight.x) * s.sight.scale - x, (s.scene.positions[2 * i + 1]! - s.sight.y) * s.sight.scale - y)
    if (d < best) [best, found] = [d, i]
  }
  return found
}

/** Which nodes are named: the selected one, and those with the most edges, where there is room. */
function named(s: Stage, nodes: DrawnNode[], selected: string, width: number, height: number): Label[] {
  const at = (i: number) => ({ i, x: width / 2 + (s.scene.positions[2 * i]! - s.sight.x) * s.sight.scale, y: height / 2 + (s.scene.positions[2 * i + 1]! - s.sight.y) * s.sight.scale })
  const seen = nodes.map((_, i) => at(i)).filter((p) => p.x > 0 && p.y > 0 && p.x < width && p.y < height)
  seen.sort((a, b) => Number(nodes[b.i]!.id === selected) - Number(nodes[a.i]!.id === selected) || s.degree[b.i]! - s.degree[a.i]!)
  return apart(seen.slice(0, 400).map((p) => ({ ...p, text: shortened(nodes[p.i]!.label) })))
}

function write(canvas: HTMLCanvasElement, s: Stage, nodes: DrawnNode[], selected: string, colours: Props['colours']): void {
  const pen = canvas.getContext('2d')
  if (!pen) return
  const dense = canvas.width / Math.max(1, canvas.clientWidth)
  pen.setTransform(dense, 0, 0, dense, 0, 0)
  pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight)
  pen.font = '12px sans-serif'
  pen.lineWidth = 3
  pen.strokeStyle = colours.surface
  for (const p of named(s, nodes, selected, canvas.clientWidth, canvas.clientHeight)) {
    const n = nodes[p.i]!
    if (n.id === selected) {
      pen.strokeStyle = colours.accent
      pen.beginPath()
      pen.arc(p.x, p.y, s.scene.sizes[p.i]! / 2 + 5, 0, 7)
      pen.stroke()
      pen.strokeStyle = colours.surface
    }
    pen.strokeText(p.text, p.x + 9, p.y + 4)
    pen.fillStyle = colours.text
    pen.fillText(p.text, p.x + 9, p.y + 4)
  }
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

function svgOf(s: Stage, nodes: DrawnNode[], width: number, height: number, colours: Props['colours']): string {
  const x = (i: number) => (width / 2 + (s.scene.positions[2 * i]! - s.sight.x) * s.sight.scale).toFixed(1)
  const y = (i: number) => (height / 2 + (s.scene.positions[2 * i + 1]! - s.sight.y) * s.sight.scale).toFixed(1)
  let lines = ''
  for (let e = 0; e < s.scene.edges.length; e += 2) lines += `M${x(s.scene.edges[e]!)} ${y(s.scene.edges[e]!)}L${x(s.scene.edges[e + 1]!)} ${y(s.scene.edges[e + 1]!)}`
  const dots = nodes.map((n, i) => `<circle cx="${x(i)}" cy="${y(i)}" r="${(s.scene.sizes[i]! / 2).toFixed(1)}" fill="${n.colour}"/>`).join('')
  const texts = named(s, nodes, '', width, height).map((p) => `<text x="${(p.x + 9).toFixed(1)}" y="${(p.y + 4).toFixed(1)}" fill="${colours.text}">${escaped(p.text)}</text>`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><rect width="${width}" height="${height}" fill="${colours.surface}"/><path d="${lines}" stroke="${css(s.scene.line)}" fill="none"/>${dots}${texts}</svg>`
}
