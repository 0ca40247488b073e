import type { Room } from '../kernel'
import { room as entrance } from './texts'
import { room as files } from './files'
import { room as machine } from './machine'
import { room as notify } from './notify'
import { room as oidc } from './oidc'
import { room as remark } from './remark'
import { room as report } from './report'
import { room as search } from './search'
import { room as share } from './share'
import { room as system } from './system'

/**
 * The rooms of this build, found by folder: a new room touches no file here.
 * The system's own pages belong to the shell, as its room belongs to the kernel.
 */
const found = import.meta.glob<{ room: Room }>('../modules/*/index.tsx', { eager: true })

/** All rooms with pages. */
export const rooms: Room[] = [entrance, system, files, search, remark, report, notify, machine, share, oidc, ...Object.values(found).map((m) => m.room)]
