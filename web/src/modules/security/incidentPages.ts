import type { Room } from '../../kernel'

/** The pages of incidents. */
export const pages: Room['routes'] = []
