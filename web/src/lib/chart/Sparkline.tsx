interface Props {
  /** Unix milliseconds and value, in the order of time. */
  points: [number, number][]
  colour: string
  /** What the picture shows, for who cannot see it. */
  label: string
  width?: number
  height?: number
}

/** The path of a small line in a box. */
export function sparkPath(points: [number, number][], width: number, height: number): string {
  const pad = 2
  const times = points.map((p) => p[0])
  const values = points.map((p) => p[1])
  const [t0, t1, low, high] = [Math.min(...times), Math.max(...times), Math.min(...values), Math.max(...values)]
  const x = (at: number) => (t1 === t0 ? width / 2 : pad + ((at - t0) / (t1 - t0)) * (width - 2 * pad))
  const y = (v: number) => (high === low ? height / 2 : height - pad - ((v - low) / (high - low)) * (height - 2 * pad))
  return points.map(([at, v], i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(v).toFixed(1)}`).join('')
}

/** A line as small as a word, for tables. */
export function Sparkline({ points, colour, label, width = 96, height = 26 }: Props) {
  if (points.length < 2) return <span aria-hidden="true">—</span>
  return (
    <svg width={width} height={height} role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
      <path d={sparkPath(points, width, height)} fill="none" stroke={colour} strokeWidth={1.6} strokeLinejoin="round" />
    </svg>
  )
}
