/** What is drawn: positions, colours of nodes as r g b from 0 to 1, sizes, edges by places. */
export interface Scene { positions: Float32Array; colours: Float32Array; sizes: Float32Array; edges: Uint32Array; line: [number, number, number, number] }

/** What part is seen: the middle, and pixels to a unit. */
export interface Sight { x: number; y: number; scale: number }

const lineVertex = 'attribute vec2 p;uniform vec4 v;void main(){gl_Position=vec4((p-v.xy)*v.zw,0.,1.);}'
const lineFragment = 'precision mediump float;uniform vec4 c;void main(){gl_FragColor=c;}'
const dotVertex = 'attribute vec2 p;attribute vec3 c;attribute float s;uniform vec4 v;uniform float z;varying vec3 k;void main(){gl_Position=vec4((p-v.xy)*v.zw,0.,1.);gl_PointSize=s*z;k=c;}'
const dotFragment = 'precision mediump float;varying vec3 k;void main(){float d=length(gl_PointCoord-vec2(.5));if(d>.5)discard;gl_FragColor=vec4(k,1.);}'

function program(gl: WebGLRenderingContext, vertex: string, fragment: string): WebGLProgram | null {
  const made = gl.createProgram()
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind)
    if (!shader) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(made, shader)
  }
  gl.linkProgram(made)
  return gl.getProgramParameter(made, gl.LINK_STATUS) ? made : null
}

/** Draws scenes with WebGL: all nodes in one call, all edges in another. Null where there is no WebGL. */
export function painter(canvas: HTMLCanvasElement): ((scene: Scene, sight: Sight) => void) | null {
  const gl = canvas.getContext('webgl', { antialias: true, preserveDrawingBuffer: true })
  if (!gl) return null
  const lines = program(gl, lineVertex, lineFragment)
  const dots = program(gl, dotVertex, dotFragment)
  if (!lines || !dots) return null
  const [ends, places, colours, sizes] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer(), gl.createBuffer()]
  const feed = (of: WebGLProgram, name: string, buffer: WebGLBuffer, data: Float32Array, width: number) => {
    const at = gl.getAttribLocation(of, name)
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW)
    gl.enableVertexAttribArray(at)
    gl.vertexAttribPointer(at, width, gl.FLOAT, false, 0, 0)
  }
  let line = new Float32Array(0)
  return (scene, sight) => {
    gl.viewport(0, 0, canvas.width, canvas.height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.enable(gl.BLEND)
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    const dense = canvas.width / Math.max(1, canvas.clientWidth)
    const view = [sight.x, sight.y, (2 * sight.scale * dense) / canvas.width, (-2 * sight.scale * dense) / canvas.height] as const
    if (line.length !== 2 * scene.edges.length) line = new Float32Array(2 * scene.edges.length)
    scene.edges.forEach((node, i) => {
      line[2 * i] = scene.positions[2 * node]!
      line[2 * i + 1] = scene.positions[2 * node + 1]!
    })
    gl.useProgram(lines)
    gl.uniform4f(gl.getUniformLocation(lines, 'v'), ...view)
    gl.uniform4f(gl.getUniformLocation(lines, 'c'), ...scene.line)
    feed(lines, 'p', ends, line, 2)
    gl.drawArrays(gl.LINES, 0, scene.edges.length)
    gl.useProgram(dots)
    gl.uniform4f(gl.getUniformLocation(dots, 'v'), ...view)
    gl.uniform1f(gl.getUniformLocation(dots, 'z'), dense * Math.min(1.6, Math.max(0.6, Math.sqrt(sight.scale))))
    feed(dots, 'p', places, scene.positions, 2)
    feed(dots, 'c', colours, scene.colours, 3)
    feed(dots, 's', sizes, scene.sizes, 1)
    gl.drawArrays(gl.POINTS, 0, scene.sizes.length)
  }
}

/** Draws scenes without WebGL, slower. */
export function plainPainter(canvas: HTMLCanvasElement): (scene: Scene, sight: Sight) => void {
  return (scene, sight) => {
    const pen = canvas.getContext('2d')
    if (!pen) return
    const dense = canvas.width / Math.max(1, canvas.clientWidth)
    const k = sight.scale * dense
    const x = (i: number) => canvas.width / 2 + (scene.positions[2 * i]! - sight.x) * k
    const y = (i: number) => canvas.height / 2 + (scene.positions[2 * i + 1]! - sight.y) * k
    pen.clearRect(0, 0, canvas.width, canvas.height)
    pen.strokeStyle = css(scene.line)
    pen.beginPath()
    for (let e = 0; e < scene.edges.length; e += 2) {
      pen.moveTo(x(scene.edges[e]!), y(scene.edges[e]!))
      pen.lineTo(x(scene.edges[e + 1]!), y(scene.edges[e + 1]!))
    }
    pen.stroke()
    for (let i = 0; i < scene.sizes.length; i++) {
      pen.fillStyle = css([scene.colours[3 * i]!, scene.colours[3 * i + 1]!, scene.colours[3 * i + 2]!, 1])
      pen.beginPath()
      pen.arc(x(i), y(i), (scene.sizes[i]! * dense) / 2, 0, 7)
      pen.fill()
    }
  }
}

/** A colour from 0 to 1 for style sheets. */
export const css = (c: readonly number[]) => `rgba(${Math.round(255 * c[0]!)},${Math.round(255 * c[1]!)},${Math.round(255 * c[2]!)},${c[3] ?? 1})`

/** A colour as #rrggbb, from 0 to 1. */
export const rgb = (hex: string): [number, number, number] => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as [number, number, number]
