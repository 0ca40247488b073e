import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of the pages before sign-in, in English. */
export const en: Translation<typeof zh> = {
  signIn: { title: 'Sign in', login: 'Login', password: 'Password', submit: 'Sign in', loginMissing: 'Give your login', passwordMissing: 'Give your password' },
  setUp: {
    title: 'Set up the city', note: 'This page opens with the one-time link only; the link ends when you are done.', noLink: 'Open this page with the one-time link that is printed at start',
    noLinkNote: 'When `linghang serve` starts, the terminal shows the whole link. Every start makes a new one.',
    city: 'City', cityName: 'Name of the city', bureau: 'Bureau in charge', administrator: 'First administrator', person: 'Name', personMissing: "Give the administrator's name", loginForm: '3 to 64 letters, digits or . _ - @',
    passwordForm: 'At least {{min}} characters, without the login', repeat: 'Password again', repeatWrong: 'The two passwords differ', submit: 'Finish',
    from: 'Plan begins', to: 'Plan ends', periodMissing: 'Give both dates', periodOver: 'This period is over: the board will show how it ended, without forecasts. To go on with these targets, choose a period that runs now.',
    plan: 'Choose the action plan', planNote: 'Every target of a template names its source, and can be changed later.', planSize: '{{from}} to {{to}}, {{targets}} targets.', noPlan: 'None for now', noPlanNote: 'Create or import one later under “Action plan”.', planSubmit: 'Start',
  },
}
