/** Districts that were renamed since the shapes were drawn. */
const renamed: Record<string, string> = { 即墨市: '即墨区', 胶南市: '黄岛区' }

/** Where large names of small districts must move to leave room for their neighbours, in sizes of the name. */
export const nudged: Record<string, [number, number]> = { 李沧区: [-0.4, 0], 崂山区: [1.1, 0.3], 市北区: [-1.9, 0], 市南区: [-1.2, 1], 城阳区: [0, -0.4] }

/** The present name of a district. */
export function canonical(name: string): string {
  return renamed[name] ?? name
}
