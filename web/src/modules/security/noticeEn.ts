/** What pages of notices say in English. */
export const en: Record<string, string> = {}
