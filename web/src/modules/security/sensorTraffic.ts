import type { Traffic } from './sensors'

/** What curves are drawn of. */
export type TrafficBy = 'protocol' | 'class'

/** One curve: units of requests and answers at each step, zero where there were none. */
export interface Curve {
  name: string
  points: [number, number][]
  requests: number
  responses: number
  exceptions: number
  octets: number
}

/** Sums points into curves, the busiest first; a step without data is zero, so that silence is seen. */
export function curves(traffic: Traffic, by: TrafficBy): Curve[] {
  const step = traffic.step * 1000
  const [from, to] = [Date.parse(traffic.from), Date.parse(traffic.to)]
  const all = new Map<string, Curve & { at: Map<number, number> }>()
  for (const p of traffic.points) {
    const name = by === 'protocol' ? p.protocol : p.class
    const curve = all.get(name) ?? { name, points: [], requests: 0, responses: 0, exceptions: 0, octets: 0, at: new Map<number, number>() }
    all.set(name, curve)
    const at = Date.parse(p.at)
    curve.at.set(at, (curve.at.get(at) ?? 0) + p.requests + p.responses)
    curve.requests += p.requests
    curve.responses += p.responses
    curve.exceptions += p.exceptions
    curve.octets += p.octets
  }
  const first = Math.ceil(from / step) * step
  return [...all.values()].map(({ at, ...curve }) => {
    for (let x = first; x < to; x += step) curve.points.push([x, at.get(x) ?? 0])
    return curve
  }).sort((a, b) => b.requests + b.responses - a.requests - a.responses || (a.name < b.name ? -1 : 1))
}
