import { usePlatformTexts } from './texts'

/** The ways that data comes in. */
export const channels = ['report', 'json', 'remotewrite', 'otlp', 'csv', 'pull', 'mqtt'] as const

/** The name of a way that data comes in, in the reader's language. */
export function useChannel(): (channel: string) => string {
  const t = usePlatformTexts()
  return (channel) => ((channels as readonly string[]).includes(channel) ? t(`channel.${channel as (typeof channels)[number]}`) : channel)
}
