import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of the system's pages, in English. */
export const en: Translation<typeof zh> = {
  problems: {
    set_up: { invalid: 'The set-up is incomplete.', done: 'The city is set up already.', link: 'The one-time link is wrong or no longer valid.' },
    login: { form: 'This login does not fit.' },
    password: { length: 'A password has at least {{min}} characters.', login: 'The password contains the login.' },
    sign_in: { limited: 'Too many attempts. Wait a while.', refused: 'The login or the password is wrong.' },
  },
}
