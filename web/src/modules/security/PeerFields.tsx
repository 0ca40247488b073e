import { Form, Input, Select } from 'antd'
import type { ComponentProps } from 'react'
import { auths } from './intelTexts'
import { PeerTrial } from './PeerTrial'
import { useUpwardTexts } from './upwardTexts'

/** What the other side of a channel by TAXII is asked by. */
export interface PeerValues { root: string; collection: string; auth: 'none' | 'basic' | 'bearer'; user: string; secret: string }

/** A server's part of what is sent: what is empty is left out. */
export const peerSaid = (v: PeerValues) => ({ root: v.root, collection: v.collection, auth: v.auth, ...(v.user ? { user: v.user } : {}), ...(v.secret ? { secret: v.secret } : {}) })

/** The fields of a collection of somebody's server, and the trial that finds it. */
export function PeerFields({ kept, ...trial }: { kept: boolean } & ComponentProps<typeof PeerTrial>) {
  const t = useUpwardTexts()
  const auth = Form.useWatch<PeerValues['auth']>('auth')
  const wanted = (label: string) => [{ required: true, whitespace: true, message: t('upward.missing', { label }) }]
  return (
    <>
      <Form.Item name="root" label={t('upward.field.root')} extra={t('upward.rootNote')} rules={wanted(t('upward.field.root'))}><Input maxLength={500} inputMode="url" /></Form.Item>
      <Form.Item name="auth" label={t('upward.field.auth')}><Select options={auths.map((a) => ({ value: a, label: t(`feed.auths.${a}`) }))} /></Form.Item>
      {auth === 'basic' && <Form.Item name="user" label={t('upward.field.user')} rules={wanted(t('upward.field.user'))}><Input maxLength={200} autoComplete="off" /></Form.Item>}
      {auth !== 'none' && <Form.Item name="secret" label={t('upward.field.secret')} extra={kept ? t('feed.keepSecret') : undefined}><Input.Password maxLength={4000} autoComplete="new-password" /></Form.Item>}
      <Form.Item name="collection" label={t('upward.field.collection')} rules={wanted(t('upward.field.collection'))}><Input maxLength={100} /></Form.Item>
      <PeerTrial {...trial} />
    </>
  )
}
