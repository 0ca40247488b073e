import type { Room } from '../../kernel'

/** The pages of notices. */
export const pages: Room['routes'] = []
