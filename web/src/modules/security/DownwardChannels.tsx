import { UpwardLevelList } from './UpwardLevels'

/** Channels of signed files to lower levels and enterprises. */
export default function DownwardChannels() {
  return <UpwardLevelList direction="down" />
}
