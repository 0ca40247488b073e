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
  type: { wecom: 'WeCom group robot', dingtalk: 'DingTalk group robot', feishu: 'Feishu group robot', webhook: 'Webhook, signed' },
  urlNote: {
    wecom: 'Add a robot in the settings of the group and copy its whole address', dingtalk: 'Add a custom robot with the security setting “sign” and copy its whole address', feishu: 'Add a custom bot and copy its whole address', webhook: 'The https address of the program that is told; signed as Standard Webhooks says',
  },
  channels: {
    title: 'Channels', note: 'What the members of an organisation are told goes here too: to the robot of a group, or to a program of yours.', add: 'Add a channel', edit: 'Edit', search: 'Name or host', empty: 'No channels yet', emptyNote: 'Add the robot of a WeCom, DingTalk or Feishu group, and the group is told too.', type: 'Type', name: 'Name', organisation: 'Organisation', organisationNote: 'Empty: your own', kinds: 'Kinds', kindsNote: 'Empty: all',
    some: '{{count}} kinds', all: 'All', state: 'State', on: 'On', off: 'Off', signed: 'Signed', unsigned: 'Not signed', former: 'Former secret good until {{time}}', test: 'Test', works: 'It arrived', rotate: 'Change secret', rotateTitle: 'Change the secret?', rotateNote: 'Both secrets sign for 24 hours: give the new one to the receiving program meanwhile.', remove: 'Remove', removeTitle: 'Remove this channel?', removeNote: 'What waits for this channel is dropped.',
    url: 'Address', keep: 'Empty: as it is ({{host}})', sign: 'Signing secret', signNote: "From the robot's security settings; empty when it checks no signature", keepSecret: 'Empty: as it is', language: 'Language', secret: 'Signing secret', once: 'The secret is shown this once. Keep it now.', verify: 'Any library of Standard Webhooks checks the headers webhook-id, webhook-timestamp and webhook-signature.', done: 'Done', missing: '{{label}} is missing',
  },
  by: { mail: 'E-mail', digest: 'Daily digest', channel: 'Channel' },
  state: { waiting: 'Waiting', daily: 'For the digest', grouped: 'In a digest', sent: 'Sent', failed: 'Failed', dropped: 'Dropped' },
  deliveries: {
    title: 'Deliveries', note: 'E-mails and messages to channels, and what became of them; kept for 90 days.', search: 'Address, reason or ID', empty: 'No deliveries yet', emptyNote: 'When a notice leaves by e-mail or channel, its outcome is here.', address: 'To', way: 'Way', state: 'State', reason: 'Reason', attempts: 'Attempts', next: 'Next attempt', doneAt: 'Done', id: 'ID', retry: 'Try again', retried: 'It is tried again',
    howMail: 'Fill in mail in the section notify of the configuration file; see the guide page “Notices”.', mailTest: 'Mail server {{host}}',
  },
  problems: {
    token: { no_inbox: 'A token has no inbox. Sign in as a person.' },
    channel: { address: 'This address cannot be used.', kind: 'There is no such kind.', name: 'The name is missing.', many: 'An organisation has at most {{limit}} channels.', secret: 'Only webhooks have a secret that is made here; edit the channel instead.' },
    delivery: { state: 'This delivery is not tried again.' },
    mail: { none: 'No mail server is configured.', address: 'Your profile has no e-mail address.' },
    inbox: { none: 'Choose the notices.' },
    announcement: { invalid: 'The announcement is incomplete or wrong.' },
    preferences: { invalid: 'These settings cannot be kept. Check them.' },
  },
}
