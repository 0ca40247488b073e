/** Districts that were renamed since the shapes were drawn. */
const renamed: Record<string, string> = { 即墨市: '即墨区', 胶南市: '黄岛区' }

/** The present name of a district. */
export function canonical(name: string): string {
  return renamed[name] ?? name
}
