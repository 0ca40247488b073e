import type { zh } from './zh'

/** Texts of signing in across programs, in English. */
export const en: typeof zh = {
  scope: {
    openid: 'The number of your account, to recognise you', profile: 'Your name, login and language', email: 'Your e-mail address', organisation: 'The organisation that you act for, and your roles in it', offline_access: 'To stay signed in while you are away, for at most 90 days',
  },
  scopeName: { openid: 'Account number', profile: 'Name and login', email: 'E-mail', organisation: 'Organisation and roles', offline_access: 'Stay signed in' },
  ask: {
    title: 'Let a program in', wants: '“{{name}}” asks to sign you in and to know:', as: 'You sign in as {{person}}, acting for {{organisation}}.', back: 'You are then sent back to {{host}}.', own: 'A program of the city', allow: 'Agree and sign in', refuse: 'Refuse', leaving: 'Going back to the program…', other: 'Use another account',
    withdraw: 'You can withdraw this under “Profile” at any time.', proof: 'This program asks you to show again who you are', account: 'This program asks for another account', accountNote: 'You are signed in as {{person}}. Sign out, and sign in with the account that the program asks for.', factor: 'This program asks for a second factor', factorNote: 'Your account has none yet. Add one under “Profile”, then sign in again from the program.', addFactor: 'Add a second factor', wrong: 'This cannot go on',
  },
  device: {
    title: 'Connect a device', note: 'When you sign in on a device or in a command-line program, type the code that it shows.', code: 'Code that the device shows', codeForm: '8 letters, such as BCDF-GHJK', next: 'Next', wants: '“{{name}}” asks to sign you in on a device and to know:', from: 'Asked for from {{ip}}, with the code {{code}}.', careful: 'Make sure that the device in front of you shows the same code. If it was not you who began this, refuse.',
    allow: 'Let the device in', refuse: 'Refuse', allowed: 'The device is connected', allowedNote: 'Go on at the device; this page can be closed.', refused: 'Refused', refusedNote: 'The device gets access to nothing.',
  },
  signOut: { title: 'Sign out', ask: 'A program asks you to sign out of Linghang. Do you want to?', yes: 'Sign out', no: 'Stay signed in', leaving: 'Signed out, going back…' },
  programs: {
    title: 'Programs', note: 'Programs in which people sign in with their account here, and programs that get tokens in their own name (OpenID Connect).', add: 'Register a program', edit: 'Edit program', search: 'Name, client ID or redirect address', name: 'Name of the program', id: 'Client ID', organisation: 'Organisation', organisationNote: 'Empty: your own', kind: 'Type', confidential: 'On a server (can keep a secret)', open: 'In a browser, on a desktop or phone (no secret)',
    grants: 'Grants', grant: { authorization_code: 'Sign in (authorization code)', refresh_token: 'Stay signed in (refresh token)', client_credentials: 'In its own name (client credentials)', device_code: 'Device code' }, grantsNote: '“Stay signed in” is to be chosen here and among what it may know',
    redirects: 'Redirect addresses', redirectsNote: 'One to a line, compared character by character; https://, http:// on the same machine, or a private scheme of an application', logouts: 'Addresses after signing out', logoutsNote: 'Optional, one to a line', scopes: 'What it may know', audiences: 'For whom its access tokens are', audiencesNote: 'Optional, one to a line; empty: for itself', algorithm: 'Algorithm of ID tokens', algorithmNote: 'RS256 for programs that do not know EdDSA',
    own: 'A program of the city’s own: people are not asked', ownTag: 'Not asked', enabled: 'On', on: 'On', off: 'Off', missing: 'Fill in: {{label}}', actions: 'Actions', state: 'State', registered: 'Registered', empty: 'No program is registered yet', emptyNote: 'Once registered, a program can sign people in with their account here; its client ID and secret are shown then.',
    secret: 'Client secret', once: 'The secret is shown this once. Hand it to the program’s administrator now.', use: 'The program reads everything else from:', close: 'Close', rotate: 'New secret', rotateTitle: 'Give this program a new secret?', rotateNote: 'The former one stops at once; until it has the new one, the program can sign nobody in.', remove: 'Remove', removeTitle: 'Remove this program?', removeNote: 'All its tokens end at once, and nobody can sign in to it any more.', saved: 'Saved', removed: 'Removed', registeredDone: 'The program is registered',
  },
  mine: { title: 'Programs that I have let in', note: 'Programs that you agreed to be signed in to. When you withdraw, their tokens end at once, and you are asked again next time.', none: 'You have let no program in yet', program: 'Program', knows: 'Knows', since: 'First agreed', used: 'Last signed in', actions: 'Actions', withdraw: 'Withdraw', withdrawTitle: 'Withdraw what “{{name}}” was allowed?', withdrawn: 'Withdrawn' },
  problems: {
    client: { invalid: 'The program cannot be registered so; look at the marked fields.', public: 'This program has no secret.' },
    request: { over: 'This request was answered already, or took too long. Go back to the program and sign in again.', need: 'The program asks for more than you have shown so far.' },
    device: { unknown: 'No device waits with this code. Look at the device again; it may show a newer one.' },
    person: 'Only a person who signed in can do this, not a token.', form: 'The parameters have the wrong form.', sign_out: { address: 'The program has not registered this address for after signing out.' },
  },
}
