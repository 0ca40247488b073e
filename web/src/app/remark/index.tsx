import type { Room } from '../../kernel'
import { en } from './en'
import { zh } from './zh'

/** Refusals of comments; the comments themselves are a part of other pages (kernel/remark). */
export const room: Room = { name: 'remark', texts: { zh, en }, routes: [] }
