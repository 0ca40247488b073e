import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of notices, in English. */
export const en: Translation<typeof zh> = {
  bell: { none: 'No unread notices', some: '{{count}} unread notices' },
  gravity: { info: 'Normal', important: 'Important', urgent: 'Urgent' },
  way: { at_once: 'At once', daily: 'Daily digest', off: 'Not sent' },
  inbox: {
    title: 'Notices', readAll: 'Mark all as read', state: 'Read or not', unread: 'Unread', read: 'Read', gravity: 'Gravity', search: 'Title, text or sender', empty: 'No notices yet', emptyNote: 'You are told here when something waits for you, or concerns you.',
    notice: 'Notice', by: 'From', system: 'System', at: 'Time', actions: 'Actions', markRead: 'Mark as read', markUnread: 'Mark as unread',
  },
  announce: { title: 'Announce', heading: 'Title', textZH: 'Text (Chinese)', textEN: 'Text (English)', link: 'Link', linkNote: 'A path of this site, optional', send: 'Announce', done: 'The announcement is made', note: 'Everybody in your organisation and those below it is told; it cannot be switched off.' },
  preferences: {
    title: 'Notice settings', note: 'Choose what you are told, and how.', back: 'Back to notices', mail: 'E-mail', language: 'Language of e-mails', asProfile: 'As in the profile', digestHour: 'Time of the daily digest', usualHour: 'Usual ({{hour}})', quietFrom: 'Quiet from', quietTo: 'Quiet until',
    quietNote: 'E-mails wait until the end, urgent ones do not. The same time twice means no quiet hours. Time zone {{zone}}', kinds: 'By kind', kind: 'Kind', inbox: 'Here', mailColumn: 'E-mail', mandatory: 'Always sent', save: 'Save', saved: 'Saved',
    noAddress: 'Your profile has no e-mail address: notices show here only.', profile: 'Give an address', noMail: 'This system has no mail server yet: notices show here only.',
  },
  problems: {
    token: { no_inbox: 'A token has no inbox. Sign in as a person.' },
    inbox: { none: 'Choose the notices.' },
    announcement: { invalid: 'The announcement is incomplete or wrong.' },
    preferences: { invalid: 'These settings cannot be kept. Check them.' },
  },
}
