import type { Schema } from '../../kernel'

export type Program = Schema<'OidcClientView'>
export type Asked = Schema<'OidcRequestView'>
export type LetIn = Schema<'OidcLetIn'>
export type Provider = Schema<'OidcProviderView'>
export type Link = Schema<'OidcLinkView'>
export type Scope = Asked['scopes'][number]

/** Beginnings of cache keys. */
export const programsKey = ['oidc', 'programs']
export const letInKey = ['oidc', 'mine']
export const providersKey = ['oidc', 'providers']
export const linksKey = ['oidc', 'links']

/** The scopes and grants, as the API lists them. */
export const scopes = ['openid', 'profile', 'email', 'organisation', 'offline_access'] as const
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
export const grants = ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant] as const

/** The part of a grant's name under which its text is kept. */
export function grantText(grant: string): 'authorization_code' | 'refresh_token' | 'client_credentials' | 'device_code' {
  return grant === 'refresh_token' || grant === 'client_credentials' || grant === 'authorization_code' ? grant : 'device_code'
}

/** What is typed one to a line. */
export const listOf = (text: string | undefined) => (text ?? '').split(/\s+/).filter(Boolean)

/** Whether a browser may be sent to an address: never to a script. */
export function leadsOut(address: string): boolean {
  return !/^\s*(javascript|data|vbscript|blob):/i.test(address)
}

/** Leaves the web for an address that the server gave. */
export function leaveFor(address: string): void {
  if (leadsOut(address)) window.location.assign(address)
}
