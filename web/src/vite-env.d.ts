/// <reference types="vite/client" />

declare module 'virtual:districts' {
  const shapes: {
    type: 'FeatureCollection'
    features: { type: 'Feature'; properties: { name: string; cp: [number, number] }; geometry: { type: 'MultiPolygon'; coordinates: number[][][][] } }[]
  }
  export default shapes
}
