/** What pages of incidents say in English. */
export const en: Record<string, string> = {}
