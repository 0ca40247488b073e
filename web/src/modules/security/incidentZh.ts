/** What pages of incidents say in Chinese. */
export const zh: Record<string, string> = {}
