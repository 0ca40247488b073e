import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of the pages before sign-in, in English. */
export const en: Translation<typeof zh> = {
  signIn: { title: 'Sign in', login: 'Login', password: 'Password', submit: 'Sign in', loginMissing: 'Give your login', passwordMissing: 'Give your password', or: 'or', passkey: 'Sign in with a passkey' },
  proof: {
    title: 'Prove your second factor', who: '{{name}}, the password is right; your second factor is missing still.', submit: 'Prove', missing: '{{label}} is missing', passkey: 'Use a passkey', leave: 'Leave, and sign in as somebody else',
    label: { totp: 'Code', recovery: 'Recovery code', password: 'Present password' },
    note: { totp: 'Open your authenticator application and type its six digits.', recovery: 'Type a recovery code that you have not used; each works once.', password: 'Type the password with which you sign in.', passkey: "Confirm with your device's fingerprint, face, PIN or a security key." },
    use: { totp: 'Use a code instead', recovery: 'Use a recovery code instead', password: 'Use the password instead', passkey: 'Use a passkey instead' },
  },
  stepUp: { title: 'Prove again that it is you', note: 'This is a grave step: it needs a factor proven within the last 10 minutes, and then goes on by itself.' },
  enrol: { title: 'Add a second factor first', codes: 'Keep your recovery codes', why: 'Your role needs a second factor, and the time to add one is over. You can go on as soon as it is added.' },
  due: { text: 'Your role needs a second factor by {{date}}; after that you must add one when you sign in.', act: 'Add it now' },
  register: {
    title: 'Register an organisation', note: 'The bureau reviews it; once it is approved you sign in with the login you give here.', name: 'Name of the organisation', kind: 'Kind', district: 'District', uscc: 'Unified social credit code', usccWrong: 'This is no unified social credit code: 18 characters with a check character', contact: 'Contact', phone: 'Telephone', email: 'E-mail', language: 'Language', keepPassword: 'Empty: as it was',
    consent: 'I have read this text about personal data and agree to it', consentMissing: 'Read the text and agree to it', submit: 'Submit', toSignIn: 'I have an account: sign in', sent: 'The registration is submitted', sentNote: 'The bureau reviews it and tells you.', keepLink: 'Keep the link below: it shows how far it is, and there you mend it if it is returned.', link: 'Link of the registration', look: 'See how far it is',
    statusTitle: 'Registration of an organisation', noLink: 'Open this page with the link that you kept when you submitted', state: 'State', submitted: 'Submitted', again: 'Submit again',
    kinds: { enterprise: 'Enterprise', operator: 'Platform operator', provider: 'Provider', node: 'Identifier node operator', park: 'Park', responder: 'Security responder' },
    states: { submitted: 'Waits for review', returned: 'Returned', approved: 'Approved', refused: 'Refused' },
    says: { submitted: 'The registration is being reviewed', returned: 'The registration is returned: mend it and submit it again', approved: 'The registration is approved: you can sign in', refused: 'The registration is refused' },
  },
  invitation: {
    title: 'Invitation to an organisation', to: 'You are invited to join {{organisation}}', found: '{{organisation}} is invited to join', founds: 'When you accept, {{organisation}} becomes an organisation here and you its manager. Check its name and code first.', uscc: 'Unified social credit code', noLink: 'Open this page with the link of your invitation', role: 'Role', by: 'Invited by', words: 'Words', until: 'Until', signedIn: 'You are signed in as {{name}} and join with this account.', accept: 'Accept and join', have: 'You have an account?', signIn: 'Sign in to accept', make: 'Make an account and join', open: 'Set the password and begin',
    prepared: 'An account with the login {{login}} is prepared for you; set its password.', decline: 'Decline the invitation', declineTitle: 'Decline this invitation?', declineNote: 'The link ends with it, and whoever invited you is told.', declined: 'You have declined; the link works no more.',
  },
  alone: { title: 'You belong to no organisation', why: 'Your account is good still. Once you are invited, paste the link of the invitation here to join.', link: 'Link of the invitation', noLink: 'Paste the whole link', follow: 'Open the invitation' },
  setUp: {
    title: 'Set up the city', note: 'This page opens with the one-time link only; the link ends when you are done.', noLink: 'Open this page with the one-time link that is printed at start',
    noLinkNote: 'When `linghang serve` starts, the terminal shows the whole link. Every start makes a new one.',
    city: 'City', cityName: 'Name of the city', bureau: 'Bureau in charge', administrator: 'First administrator', person: 'Name', personMissing: "Give the administrator's name", loginForm: '3 to 64 letters, digits or . _ - @',
    passwordForm: 'At least {{min}} characters, without the login', repeat: 'Password again', repeatWrong: 'The two passwords differ', submit: 'Finish',
    from: 'Plan begins', to: 'Plan ends', periodMissing: 'Give both dates', periodOver: 'This period is over: the board will show how it ended, without forecasts. To go on with these targets, choose a period that runs now.',
    plan: 'Choose the action plan', planNote: 'Every target of a template names its source, and can be changed later.', planSize: '{{from}} to {{to}}, {{targets}} targets.', noPlan: 'None for now', noPlanNote: 'Create or import one later under “Action plan”.', planSubmit: 'Start',
  },
}
