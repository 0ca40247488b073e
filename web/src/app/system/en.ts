import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of the system's pages, in English. */
export const en: Translation<typeof zh> = {
  saved: 'Saved', removed: 'Removed', edit: 'Edit', remove: 'Remove', close: 'Close', missing: '{{label}} is missing',
  field: {
    name: 'Name', kind: 'Kind', parent: 'Parent', uscc: 'Unified social credit code', district: 'District', actions: 'Actions', person: 'Name', login: 'Login', email: 'E-mail', language: 'Language', password: 'Password', state: 'State',
    memberships: 'Organisations and roles', organisation: 'Organisation', role: 'Role', permission: 'Permission', permissions: 'Permissions', expires: 'Expires', lastUsed: 'Last used', time: 'Time', actor: 'Who', action: 'Action', object: 'Object',
    outcome: 'Outcome', ip: 'Address', seq: 'No.', detail: 'Detail', request: 'Request', hash: 'Hash', measure: 'Measure', value: 'Present value', at: 'As of', counts: 'What is counted', event: 'Event and consumer', eventID: 'Event', error: 'Error', tries: 'Tries', emitted: 'Emitted', firstFailed: 'First failed', lastFailed: 'Last tried', nextTry: 'Next try', decidedBy: 'Decided by', reason: 'Reason', job: 'Job', startedBy: 'Started by', progress: 'Progress', askedAt: 'Asked for', startedAt: 'Started', finishedAt: 'Finished', every: 'Period', nextDue: 'Next due', lastRun: 'Last run', result: 'Result',
  },
  kind: { bureau: 'Bureau', enterprise: 'Enterprise', operator: 'Platform operator', provider: 'Service provider', node: 'Identifier node operator', park: 'Park', responder: 'Security responder' },
  role: { administrator: 'System administrator', security_administrator: 'Security administrator', officer: 'Officer', leader: 'Leadership', auditor: 'Auditor', manager: 'Organisation manager', reporter: 'Reporter', viewer: 'Viewer' },
  organisations: {
    title: 'Organisations', note: 'A tree of tenants: each sees its own data and that of those below it; the bureau sees the whole city.', add: 'Add an organisation', edit: 'Edit the organisation', search: 'Name or credit code',
    usccNote: '18 characters, optional (GB 32100-2015)', districtNote: 'Code of six digits, optional (GB/T 2260)', removeTitle: 'Remove this demonstration organisation?',
  },
  registrations: {
    title: 'Registrations', note: 'Organisations that ask to join; an approved one becomes an organisation with its first manager.', search: 'Name, code, contact or login', contact: 'Contact', submitted: 'Submitted', review: 'Review', look: 'Look', one: 'Registration', empty: 'No registrations', emptyNote: 'Organisations submit them at {{address}}.', namesakes: 'There is an organisation or a registration of this name or code', isOrganisation: 'organisation', isRegistration: 'registration', decided: 'Decided',
    reason: 'Reason (needed to return or refuse)', approve: 'Approve', approveTitle: 'Approve this registration?', approveNote: 'The organisation and its first manager are created, and the applicant is told.', return: 'Return', returnTitle: 'Return it?', returnNote: 'The applicant may mend it and submit it again.', refuse: 'Refuse', refuseTitle: 'Refuse it?', refuseNote: 'The applicant cannot change it any more.', done: 'Done',
    states: { submitted: 'Waits for review', returned: 'Returned', approved: 'Approved', refused: 'Refused' },
  },
  persons: {
    title: 'Persons', note: 'Who may sign in, and their roles in each organisation.', add: 'Add a person', edit: 'Edit the person', search: 'Name, login or e-mail', active: 'Active', disabled: 'Disabled', disabledField: 'Disabled (cannot sign in)', passwordNote: 'At least {{min}} characters, without the login',
    reset: 'Set password', resetTitle: 'Set the password of {{name}}', resetNote: 'All sessions of this person end. Tell them the new password and ask them to change it.', addMembership: 'Add organisation and role', dropMembership: 'Remove this organisation and role',
  },
  members: {
    title: 'Membership', remove: 'Remove', removeTitle: 'Remove {{name}} from {{organisation}}?', removeNote: 'The roles there end at once, and so do sessions that act for it; what the person is elsewhere stays.', removed: 'Removed',
    handOver: 'Hand over management', handOverTitle: 'Hand the management of {{organisation}} over to {{name}}?', handOverNote: 'They become the manager at once and you cease to be, in one step: the organisation is never without.', keep: 'What you are afterwards', keepNone: 'Leave the organisation', handedOver: 'Handed over',
    leave: 'Leave', leaveTitle: 'Leave {{organisation}}?', leaveNote: 'Your roles there end at once. To come back you need an invitation.', left: 'You have left', acting: 'Acting for it', switch: 'Act for it',
  },
  invitations: {
    title: 'Invitations', note: 'Ask somebody to join an organisation. A link works once and for a time; whether the person has an account makes no difference.', add: 'Invite', search: 'E-mail, words or name', invited: 'Invited', byLink: 'By link', by: 'Invited by', again: 'Send again', send: 'Invite', empty: 'Nobody is invited', emptyNote: 'Invite colleagues by e-mail or by a link.',
    sentTitle: 'The invitation is made', mailed: 'The link is on its way to {{email}}.', once: 'The link is shown this once: copy it and give it to the invited.', link: 'Link of the invitation', revoke: 'Revoke', revoked: 'Revoked', revokeTitle: 'Revoke this invitation?', revokeNote: 'Its link works no more.', roleNote: 'System administrator, security administrator and auditor are not given by a link.', emailNote: 'The link is mailed there. Empty, or without a mail server, it is shown to you to copy.', words: 'Words to the invited', days: 'Days', language: 'Language of the e-mail',
    states: { open: 'Open', expired: 'Expired', accepted: 'Joined', declined: 'Declined', revoked: 'Revoked' },
  },
  roles: { title: 'Roles', note: 'The rooms declare permissions; a role is a set of them.', bureauOnly: 'bureaus only', any: 'any organisation', holds: 'holds it' },
  duties: {
    title: 'Separation of duty', note: 'System administrator, security administrator and auditor keep each other in check; one person holds at most one of the three in the whole city.', appoint: 'Appoint', and: ' and ', vacant: 'Not named yet: {{roles}}', vacantNote: 'Until then the system administrator stands in; that ends in the moment in which somebody is named. Give the role to another person on the page Persons.',
    conflict: 'These persons hold more than one duty; change that: {{names}}', separate: 'All three duties are named, and nobody holds two.', standIn: 'System administrator stands in', named: 'Named', nobody: 'Nobody is named',
    does: { administrator: 'Runs and configures: organisations, platforms, backups, health. Gives nobody rights and does not read the audit log.', security_administrator: 'Gives rights: persons, roles, tokens. Does not run the city and does not read the audit log.', auditor: 'Reads, exports and verifies the audit log. Can change nothing else.' },
  },
  tokens: {
    title: 'Tokens', note: 'A program acts with a token: within the permissions it names, and never beyond who issued it.', add: 'Issue a token', issue: 'Issue', search: 'Name', count: '{{count}} permissions', expired: 'Expired', revoke: 'Revoke', revoked: 'Revoked', revokeTitle: 'Revoke this token?',
    revokeNote: 'Programs that use it are refused at once.', nameNote: 'Say which program uses it', once: 'The token is shown this once. Keep it now.', secret: 'Token', use: 'Send it as the header Authorization: Bearer:',
  },
  audit: {
    title: 'Audit log', note: 'Every change, every sign-in and every look at sensitive data; append-only, each entry bound to the one before by a hash.', verify: 'Verify the chain', holds: 'The chain of {{count}} entries holds; {{signed}} signed checkpoints fit', proof: 'Export with proof', proofNote: 'JSON lines with signed checkpoints, to be verified anywhere', broken: 'The chain is broken at entry {{at}}', search: 'Who, action, object or detail', nobody: 'nobody',
  },
  outcome: { done: 'Done', read: 'Read', refused: 'Refused', failed: 'Failed' },
  health: {
    title: 'Health', note: 'Every part of the installation, as it is now; the page follows by itself.', components: 'Parts that are well', componentsNote: 'as the answering replica sees them',
    replicas: 'Replicas', someSilent: 'one or more are silent', version: 'Version', started: 'Running since', uptime: 'Running for', unit: { days: 'days', hours: 'hours', minutes: 'minutes' }, all: 'All parts', component: 'Part', says: 'What it says', sinceColumn: 'Since',
    since: 'Since {{time}}', whatToDo: 'What to do:', host: 'Machine', here: 'answers now', silent: 'Silent', seen: 'Heard of last', doctor: 'For a thorough look at the machine itself, run there:',
    engine: { sqlite: 'rows in SQLite', postgres: 'rows in PostgreSQL' },
    state: { good: 'Well', degraded: 'Impaired', down: 'Down' },
    overall: { good: 'Everything is well', degraded: 'Something needs a look', down: 'Something does not work' },
  },
  jobState: { waiting: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' },
  jobs: {
    title: 'Jobs', note: 'Work in the background. One replica at a time does a job; when it is gone, another takes over.', mine: 'My jobs', mineNote: 'Background work that you started: how far it is, and what came of it.', list: 'All jobs', schedules: 'Periodic', search: 'Job, who started it, or error', empty: 'There are no jobs yet', mineEmpty: 'You have not started any background work. What takes long, such as a report, shows here.',
    byItself: 'by itself', run: 'Run now', started: 'It is begun', cancel: 'Cancel', cancelTitle: 'Cancel this job?', cancelNote: 'What it has done stays done; it can be started again.', cancelled: 'Cancelling is asked for', cancelling: 'being cancelled', never: 'never yet', days: 'every {{count}} d', hours: 'every {{count}} h', minutes: 'every {{count}} min', seconds: 'every {{count}} s',
  },
  letterState: { dead: 'Needs a decision', waiting: 'Tried again', handled: 'Handled', discarded: 'Discarded' },
  letters: {
    title: 'Dead letters', note: 'Events that could not be handled. They are tried again by themselves for about an hour; then somebody mends the cause and replays them, or discards them with a reason. Other events are not held up.', search: 'Event, consumer or error', empty: 'Every event was handled', payload: 'The event',
    replay: 'Replay', replayed: 'Handed out again', replayAll: 'Replay all', replayAllTitle: 'Replay {{count}} events that need a decision?', replayAllNote: 'Mend the cause first. An event that was handled before has no second effect; 500 at a time.',
    discard: 'Discard', discarded: 'Discarded', discardTitle: 'Discard this event?', discardNote: 'Its consumer will never handle it. The reason is kept with the event and in the audit log.',
  },
  measures: { title: 'Measures', note: 'Live figures of all rooms; plans compute their targets from them.', unknown: 'No data yet', unreadable: 'Unreadable' },
  factors: {
    title: 'Second factor', add: 'Add a second factor', note: 'Asked for beside the password when you sign in, and before grave steps.', none: 'None yet. Once you have one, your password alone opens your account to nobody.', has: 'present', hasNone: 'none',
    totp: 'Authenticator application', totpNote: 'An application on your phone shows six digits that change every 30 seconds; it works off line.', totpBegin: 'Set an application up', totpRemove: 'Remove the authenticator application?', totpScan: 'Scan the picture with the authenticator application on your phone.', totpType: 'Type the six digits that it shows.', totpSecret: 'If it cannot scan, type this key:', totpConfirm: 'Confirm', secret: 'Key', code: 'Code', qr: 'QR code for the authenticator application', back: 'Back',
    passkey: 'Passkey', passkeys: 'Passkeys', passkeyNote: "Sign in with your device's fingerprint, face, PIN or a security key: no password, and nothing that a false site could take. Recommended.", passkeyAdd: 'Add a passkey', passkeyName: 'Name', passkeyDefault: 'This device', passkeyPlace: 'Passkeys are bound to a name: open this system at {{place}} to add one.', passkeyRemove: 'Remove the passkey “{{name}}”?', passkeyRemoveNote: 'It no longer signs you in; delete what your device keeps of it there.', rename: 'Rename',
    recovery: '{{count}} recovery codes left', renew: 'Make new ones', renewTitle: 'Make new recovery codes?', renewNote: 'All earlier ones stop working.', codes: 'Recovery codes', codesTitle: 'Recovery codes', codesOnce: 'The codes are shown this once. If you lose your phone, sign in with one of them; each works once. Print them, or keep them somewhere safe.', codesKept: 'I have kept them',
    reset: 'Reset second factor', resetTitle: 'Reset the second factor of {{name}}?', resetNote: 'Their authenticator application, passkeys and recovery codes are removed and all their sessions end. Make sure first that it is they who ask.',
  },
  amr: { pwd: 'password', otp: 'code', pop: 'passkey', fed: 'other provider', mfa: 'two factors' },
  profile: {
    how: 'Opened by',
    title: 'Profile', self: 'About you', languageNote: 'Used when you sign in with a new browser', password: 'Password', changePassword: 'Change password', passwordChanged: 'The password is changed', current: 'Present password', new: 'New password', repeat: 'New password again', repeatWrong: 'The two passwords differ',
    sessions: 'Where you are signed in', browser: 'Browser', unknownBrowser: 'unknown', since: 'Since', seen: 'Last seen', this: 'This one', end: 'Sign out', endTitle: 'Sign this browser out?',
  },
  reference: {
    title: 'API reference', note: "OpenAPI 3.1, made by the server of its own types. Browsers call with a session, programs with a token (Authorization: Bearer), platforms report with keys of their own.", search: 'Path, method, summary or permission', nothing: 'No route matches',
    body: 'Request body', answer: 'Answer', refusal: 'refused', parameter: 'Parameter', place: 'In', type: 'Type',
  },
  problems: {
    registration: { invalid: 'The registration is incomplete or wrong.', limited: 'Too many registrations from your network. Try again in an hour.', full: 'Too many registrations wait for review. Try again tomorrow.', state: 'This registration cannot be changed so in its state.', reason: 'Say why.', twice: 'An organisation with this code exists; return the registration.' },
    set_up: { invalid: 'The set-up is incomplete.', done: 'The city is set up already.', link: 'The one-time link is wrong or no longer valid.' },
    login: { form: 'This login does not fit.', taken: 'This login is taken.' },
    password: { breached: 'This password is known from a breach elsewhere. Choose another.', length: 'A password has at least {{min}} characters.', login: 'The password contains the login.', current: 'The present password is wrong.', refused: 'This password is not accepted.' },
    sign_in: { limited: 'Too many attempts. Wait a while.', refused: 'The login or the password is wrong.', busy: 'Too many are signing in. Try again soon.' },
    factor: { last: 'Your role needs a second factor. Add another before you remove this one.', refused: 'This person may do more than you; their second factor is not yours to reset.', stronger: 'The password is not enough. Prove your second factor.' },
    totp: { wrong: 'The code is wrong or over.', used: 'This code was used already. Wait for the next one.', present: 'An authenticator application is set up. Remove it first.', none: 'No application is being set up. Begin again.' },
    recovery: { wrong: 'The recovery code is wrong or was used.', none: 'Add a second factor first.' },
    passkey: { refused: 'The passkey was refused.', origin: 'The passkey answered another site and was refused.', counter: 'The counter of the passkey went back: there may be a copy of it. It was refused; remove it and add a new one.', address: 'Passkeys need this system to be reached by a name.', none: 'You have no passkey.', many: 'There are at most {{max}} passkeys.', present: 'This passkey is registered already.' },
    ceremony: { over: 'It took too long or was used. Begin again.' },
    session: { over: 'The session is over. Sign in again.', none: 'There is no session to end.' },
    manager: { last: 'This is the last manager of {{organisation}}; hand the management over first.' },
    handover: { self: 'You are the manager already.', member: 'This person is no member of the organisation; invite them first.', manager: 'You are not a manager of that organisation.' },
    invitation: { email: 'This is no e-mail address.', duty: 'This role is not given by a link.', twice: 'This address is invited already; send that invitation again.', full: 'Too many invitations are open; revoke some first.', limited: 'This organisation has invited too many within a day; try again tomorrow.', sent: 'This invitation was sent {{sent}} times; revoke it and invite again.', used: 'This invitation was used or has ended.', unknown: 'There is no such invitation, or its link was renewed.', void: 'Whoever invited you may no longer do so; ask for a new invitation.', prepared: 'This link opens the account {{login}}; sign out first.', member: 'You have this role in the organisation already.' },
    account: { invalid: 'The account is incomplete.' },
    membership: { leave: 'Nobody removes themselves; leave the organisation on your own page.', refused: 'These roles are not yours to give or take.', self: 'Nobody gives themselves a role; ask another administrator.' },
    duty: { exclusive: 'One person cannot hold two of system administrator, security administrator and auditor.', last: 'A duty that was named needs at least one holder; name another first.' },
    administrator: { last: 'At least one administrator must be able to sign in.' },
    name: { missing: 'The name is missing.' },
    organisation: { kept: 'Only demonstration organisations can be removed.', kind: 'There is no such kind.', not_empty: 'It still has organisations below it, or persons.' },
    uscc: { invalid: 'This is no unified social credit code.' },
    job: { over: 'The job is over already.', running: 'This job waits or runs already.', waiting: 'Too many jobs wait. Try again in a while.', input: 'The input of the job is not right.', size: 'The input or the result of the job is too large.' },
    letter: { none: 'None of these events waits for a decision.' },
    token: { expired: 'The token has expired.', invalid: 'The token is not right.', unknown: 'The token is not valid.', no_person: 'A token has no person.' },
  },
}
