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
  setUp: {
    title: 'Set up the city', note: 'This page opens with the one-time link only; the link ends when you are done.', noLink: 'Open this page with the one-time link that is printed at start',
    noLinkNote: 'When `linghang serve` starts, the terminal shows the whole link. Every start makes a new one.',
    city: 'City', cityName: 'Name of the city', bureau: 'Bureau in charge', administrator: 'First administrator', person: 'Name', personMissing: "Give the administrator's name", loginForm: '3 to 64 letters, digits or . _ - @',
    passwordForm: 'At least {{min}} characters, without the login', repeat: 'Password again', repeatWrong: 'The two passwords differ', submit: 'Finish',
    from: 'Plan begins', to: 'Plan ends', periodMissing: 'Give both dates', periodOver: 'This period is over: the board will show how it ended, without forecasts. To go on with these targets, choose a period that runs now.',
    plan: 'Choose the action plan', planNote: 'Every target of a template names its source, and can be changed later.', planSize: '{{from}} to {{to}}, {{targets}} targets.', noPlan: 'None for now', noPlanNote: 'Create or import one later under “Action plan”.', planSubmit: 'Start',
  },
}
