/** What pages of notices say in Chinese. */
export const zh: Record<string, string> = {}
