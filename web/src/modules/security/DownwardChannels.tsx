import { UpwardLevelList } from './UpwardLevels'

/** Channels to lower levels and enterprises. */
export default function DownwardChannels() {
  return <UpwardLevelList direction="down" />
}
