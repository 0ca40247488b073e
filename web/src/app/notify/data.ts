import { useQuery } from '@tanstack/react-query'
import { api, read, useLive, type Schema, type Tone } from '../../kernel'

export type Item = Schema<'NotifyItem'>
export type Preferences = Schema<'NotifyPreferences'>
export type Gravity = Item['gravity']

/** Beginning of the cache keys of the inbox. */
export const inboxKey = ['notify', 'inbox']
export const preferencesKey = ['notify', 'preferences']

/** The gravities of notices, as the API lists them. */
export const gravities = ['urgent', 'important', 'info'] as const

/** How grave a notice looks. */
export const tones: Record<Gravity, Tone> = { urgent: 'bad', important: 'warn', info: 'idle' }

/** How many notices one has not read, kept up by the server's word. */
export function useUnread(): number {
  const unread = useQuery({ queryKey: [...inboxKey, 'unread'], queryFn: () => read(api.GET('/api/notify/inbox/unread')) })
  useLive('notify.inbox', inboxKey)
  return unread.data?.count ?? 0
}

export type Channel = Schema<'NotifyChannelView'>
export type Delivery = Schema<'NotifyDeliveryView'>
export const channelsKey = ['notify', 'channels']
export const deliveriesKey = ['notify', 'deliveries']

/** The types of channels, and ways and states of deliveries, as the API lists them. */
export const channelTypes = ['wecom', 'dingtalk', 'feishu', 'webhook'] as const
export const ways = ['mail', 'digest', 'channel'] as const
export const states = ['waiting', 'daily', 'grouped', 'sent', 'failed', 'dropped'] as const
