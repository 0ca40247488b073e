import type { Schema } from './client'
import { Problem } from './problem'

/** What the server asked, for a browser to answer. */
type Challenge = Schema<'SystemChallengeView'>

/** What a browser answered, for the server. */
export interface PasskeyAnswer {
  ceremony: string
  credential: unknown
}

/** Reports whether this browser can use passkeys at this address: they are bound to a name. */
export function passkeysWork(): boolean {
  return 'PublicKeyCredential' in window && !/^(\d+\.){3}\d+$|^\[/.test(window.location.hostname)
}

interface Descriptor {
  id: string
  type: 'public-key'
  transports?: AuthenticatorTransport[]
}

/** Lets the browser make a passkey. */
export async function createPasskey(challenge: Challenge): Promise<PasskeyAnswer> {
  const asked = challenge.options as PublicKeyCredentialCreationOptions & { challenge: string; user: { id: string }; excludeCredentials?: Descriptor[] }
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id as unknown as string) }, excludeCredentials: descriptors(asked.excludeCredentials),
  }
  const made = await answered(navigator.credentials.create({ publicKey }))
  const response = made.response as AuthenticatorAttestationResponse
  return {
    ceremony: challenge.ceremony,
    credential: {
      ...common(made),
      response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] },
    },
  }
}

/** Lets the person sign with a passkey. */
export async function signWithPasskey(challenge: Challenge): Promise<PasskeyAnswer> {
  const asked = challenge.options as PublicKeyCredentialRequestOptions & { challenge: string; allowCredentials?: Descriptor[] }
  const publicKey: PublicKeyCredentialRequestOptions = { ...asked, challenge: bytes(asked.challenge), allowCredentials: descriptors(asked.allowCredentials) }
  const signed = await answered(navigator.credentials.get({ publicKey }))
  const response = signed.response as AuthenticatorAssertionResponse
  return {
    ceremony: challenge.ceremony,
    credential: {
      ...common(signed),
      response: {
        clientDataJSON: text(response.clientDataJSON), authenticatorData: text(response.authenticatorData), signature: text(response.signature),
        ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
      },
    },
  }
}

/** Browsers say one thing for "cancelled", "took too long" and "none here". */
async function answered(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked
    if (credential) return credential as PublicKeyCredential
  } catch (error) {
    const present = error instanceof DOMException && error.name === 'InvalidStateError'
    throw new Problem({ status: 0, key: present ? 'kernel.passkey.present' : 'kernel.passkey.cancelled' })
  }
  throw new Problem({ status: 0, key: 'kernel.passkey.cancelled' })
}

function common(credential: PublicKeyCredential) {
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {},
    ...(credential.authenticatorAttachment ? { authenticatorAttachment: credential.authenticatorAttachment } : {}),
  }
}

function descriptors(list: Descriptor[] | undefined): PublicKeyCredentialDescriptor[] {
  return (list ?? []).map((d) => ({ ...d, id: bytes(d.id) }))
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const plain = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (c) => c.charCodeAt(0))
}

function text(data: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(data))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}
