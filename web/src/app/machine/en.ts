import type { zh } from './zh'

/** Texts of machines, in English. */
export const en: typeof zh = {
  title: 'Machines', note: 'Machines that come with a certificate: enrolment, renewal, revocation. A machine renews by itself when two thirds of a certificate\'s time are over.', add: 'Add a machine', one: 'Machine', search: 'Name, note, serial number or address', missing: '{{label}} is missing', close: 'Close', saved: 'Saved',
  empty: 'There are no machines yet', emptyNote: 'Add one for a one-time token; a single command on the machine does the rest.', emptyView: 'Machines that a manager adds appear here.',
  field: {
    name: 'Name', kind: 'Kind', organisation: 'Organisation', state: 'State', until: 'Certificate ends', renew: 'Renewal', seen: 'Last seen', clock: 'Clock', actions: 'Actions', note: 'Note', serial: 'Serial number', token: 'Enrolment token', tokenUntil: 'Token expires', enrolled: 'Enrolled', issued: 'Last issued', created: 'Added', revoked: 'Revoked', address: 'Address', used: 'First used', from: 'Begins', result: 'State',
  },
  kind: { gateway: 'Edge gateway', probe: 'Probe', platform: 'Platform server', node: 'Identifier node server' },
  state: { waiting: 'Waiting', lapsed: 'Token expired', valid: 'Valid', due: 'Renewal overdue', grace: 'Ended, within grace', expired: 'Expired', revoked: 'Revoked' },
  clockOff: 'Clock is off', ahead: '{{span}} ahead', behind: '{{span}} behind', clockFine: 'Accurate', renewsIn: 'in {{span}}', renewDue: 'overdue', days: '{{count}} d', hours: '{{count}} h', minutes: '{{count}} min', seconds: '{{count}} s',
  nameNote: 'A name that people on site know', issue: 'Add and make a token', once: 'The token is shown this once, is good until {{time}}, and for one machine.', command: 'Run on the machine', byOthers: 'Any EST client (RFC 7030) does too: address {{url}}, the token is the password.', token: 'Enrolment token', fingerprint: 'SHA-256 of the city\'s authority', noTLS: 'There is no TLS port yet, so no machine can come. Ask the operator to set tls-listen.',
  newToken: 'New token', newTokenTitle: 'Make a new enrolment token?', newTokenNote: 'The old token works no more. Once the machine enrolled with the new one, its old certificate ends when the new one is first used.',
  revoke: 'Revoke', revokeTitle: 'Revoke “{{name}}”?', revokeNote: 'All its certificates end at once and for good; to come back it has to be added anew.', revoked: 'Revoked', reason: 'Reason', reasons: { key_compromise: 'The key may be known to others', ceased: 'Out of use', superseded: 'Replaced', unspecified: 'Other' },
  certificates: 'Certificates', authority: 'City certificate authority', ca: 'Download certificate', crl: 'Download revocations', goodUntil: 'good until {{time}}', certificate: { used: 'In use', unused: 'Not used', ended: 'Ended', revoked: 'Revoked' }, edit: 'Save', by: '{{name}}, {{time}}',
  problems: {
    many: 'An organisation has at most {{limit}} machines.', name: 'The name is missing.', revoked: 'This machine was revoked.', reason: 'Choose a reason.', self: 'This is for machines.', tls: 'A token is taken over TLS only.', renewals: 'This machine had too many certificates within a day.',
    token: { missing: 'The enrolment token is missing.', unknown: 'The enrolment token is not valid.', used: 'The enrolment token was used.', expired: 'The enrolment token expired.', revoked: 'This machine was revoked.', other: 'The token is another machine\'s.' },
    request: { unreadable: 'The certificate request cannot be read.', refused: 'The certificate request is not acceptable.' },
    certificate: { missing: 'The machine\'s certificate is missing.', unknown: 'The certificate is not one of the city\'s.', revoked: 'The machine was revoked.', superseded: 'A newer certificate of this machine is in use.', early: 'The certificate has not begun.', expired: 'The certificate and its grace are over.', grace: 'The certificate ended and is good for renewal only.' },
  },
}
