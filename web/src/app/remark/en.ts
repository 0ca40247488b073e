import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Refusals of comments, in English. */
export const en: Translation<typeof zh> = {
  problems: {
    closed: 'You may read what is said here, and not add to it.',
    comment: { invalid: 'The comment is incomplete or too long.', late: 'A comment can be edited for {{minutes}} minutes.', other: 'Somebody else said this.', removed: 'The comment was removed.' },
    thread: { unknown: 'There is no such thread.', full: 'A thread has at most {{limit}} replies; begin another.' },
    object: { full: 'There are {{limit}} comments here, which is the limit.' },
    person: { full: 'You may comment {{limit}} times a day; try again later.' },
    mention: { unknown: 'Somebody who is mentioned does not see this.', unnamed: 'The text does not name who is mentioned.' },
    files: {
      unknown: 'An attachment was not uploaded, or is another comment’s; upload it again.', full: 'The limit of attachments here is reached ({{files}} files, {{mib}} MiB).', many: 'You may attach {{files}} files and {{mib}} MiB a day; try again later.',
      again: 'The attachment could not be kept; upload it again.', said: 'The attachment belongs to a comment; edit the comment.',
    },
  },
}
