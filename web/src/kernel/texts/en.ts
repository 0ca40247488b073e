import type { Translation } from '../language'
import type { zh } from './zh'

/** The kernel's own texts in English. */
export const en: Translation<typeof zh> = {
  app: { name: 'Linghang', tagline: "The city's industrial internet" },
  action: {
    save: 'Save', cancel: 'Cancel', close: 'Close', create: 'Add', edit: 'Edit', remove: 'Remove', confirm: 'Confirm', back: 'Back', next: 'Next', retry: 'Try again',
    copy: 'Copy', copied: 'Copied', search: 'Search', refresh: 'Refresh', export: 'Export', exportCSV: 'Export CSV', exportXLSX: 'Export Excel', clear: 'Clear filters',
    more: 'More', home: 'To the start page', reload: 'Reload', details: 'Details',
  },
  list: {
    total: '{{count}} in all', previous: 'Previous page', next: 'Next page', empty: 'Nothing here yet', nothing: 'Nothing matches', nothingNote: 'Search or filter for less.', pageSize: '{{count}} per page',
    filter: 'Filter', selectAll: 'Select all of the page', all: '{{what}}: all', loading: 'Reading',
  },
  exporting: {
    title: 'A large download needs a second person', why: '{{rows}} rows are more than one person takes away alone, {{limit}}. A second person has to approve; or narrow the list by its filters.', reason: 'What it is for', ask: 'Ask for approval', take: 'Download (once)', mine: 'My large exports',
    state: { open: 'Waits', approved: 'Approved', returned: 'Returned', withdrawn: 'Withdrawn', used: 'Downloaded', expired: 'Expired' },
    says: { open: 'A second person is to decide; good until {{until}}.', approved: '{{name}} approved it: to download once, until {{until}}.', returned: '{{name}} returned it: {{answer}}', withdrawn: 'The last request was withdrawn.', used: 'What was approved has been downloaded; ask again for another.', expired: 'The last request or approval is over.' },
  },
  columns: { title: 'Columns', usual: 'As usual', earlier: 'Move {{title}} forward', later: 'Move {{title}} back', moved: '{{title}} is now column {{place}}', shown: '{{title}} shows', hidden: '{{title}} is hidden' },
  view: { title: 'View', none: 'No saved views yet', save: 'Save this view', name: 'Name', note: 'Keeps the search, filters, sort, columns and page size as they are', share: 'Share with my organisation', shared: 'Shared', first: 'Open first', isFirst: 'Do not open first', update: 'Update', rename: 'Rename', removeTitle: 'Remove the view “{{name}}”?' },
  remark: {
    title: 'Comments', label: 'Comment', say: 'Comment', answer: 'Reply', answerTo: 'Reply to {{name}}', hint: 'Type @ to mention persons who see this; Ctrl+Enter sends. Attachments are examined first; only those who see this can download them.', missing: 'Write something, or attach a file', nobody: 'Nobody matches', attach: 'Attach a file', detach: 'Remove {{name}}', files: 'Attachments',
    none: 'No comments yet', noneNote: 'Write the first one above; mention persons with @ and attach files.', readOnly: 'You may read comments here, and not add any.', count: 'Comments: {{comments}}, attachments: {{files}}', more: 'Earlier comments', by: 'Comment by {{name}}', removedMark: 'The author removed this comment, {{time}}', removeTitle: 'Remove this comment?', removeNote: 'The text and its attachments go; a mark stays.',
    edited: 'edited {{time}}', before: 'What it said before', download: 'Download {{name}}',
  },
  state: { saved: 'Saved', removed: 'Removed', synthetic: 'Synthetic', syntheticNote: 'Demonstration data, made up and not reported by anybody', yes: 'Yes', no: 'No', unknown: 'Unknown', none: 'None' },
  live: { lost: 'The connection to the server is lost; trying again. What you see may be out of date.' },
  form: {
    check: 'Check the marked fields.', stale: 'Somebody else changed this meanwhile. Reload before you change it; what you typed is still here.', zh: '{{label}} (Chinese)', en: '{{label}} (English)', missing: '{{label}} is missing',
    optional: 'optional', request: 'request {{id}}',
  },
  shell: {
    menu: 'Menu', account: 'Account', profile: 'Profile', signOut: 'Sign out', organisation: 'Acting for', switchOrganisation: 'Switch organisation', language: 'Language', toEnglish: 'Switch to English',
    toChinese: '切换到中文', light: 'Light', dark: 'Dark', toLight: 'Switch to light', toDark: 'Switch to dark', skip: 'Skip to content', synthetic: 'This city holds synthetic demonstration data',
  },
  page: {
    notFound: 'There is no such page', notFoundNote: 'The address may be wrong, or the page has moved.', forbidden: 'You may not see this page', forbiddenNote: "It needs the permission {{permission}}. Ask your organisation's manager.",
    broken: 'This page failed', brokenNote: 'Reload it; if it fails again, give the operator the text below.', failed: 'Could not be read', loading: 'Loading', gone: 'There is no such object, or it is not yours to see',
  },
  problems: {
    unexpected: 'Something unexpected went wrong. Try again.', unreachable: 'The server cannot be reached. Check the network and try again.', answer: 'The server gave an answer that cannot be understood.', sign_in: 'Sign in first.', csrf: 'The change lacks its safety mark. Reload the page.',
    permission: 'You may not do this ({{permission}}).', not_found: 'There is no such object, or it is not yours to see.', stale: 'Somebody else changed this meanwhile. Reload it.', internal: 'The server failed. Give the request number to the operator.',
    timeout: 'The answer took too long. Try again.', route: 'There is no such interface.', stopping: 'The server is stopping. Try again soon.',
    limited: 'Too many requests. Try again in {{seconds}} seconds.', step_up: 'This needs a fresh proof that it is you.', second_factor: 'Your second factor is missing.', no_organisation: 'You belong to no organisation; accept an invitation first.', passkey: { cancelled: 'No passkey was used: it was cancelled, took too long, or there is none here.', present: 'This device holds a passkey of yours already.' }, sheet: { unreadable: 'The file cannot be read: {{why}}.', type: 'The file is CSV or XLSX.' }, disk: { full: 'The disk of the server is full. Nothing was changed; try again later.' }, database: { away: 'The database does not answer. Try again soon.' }, series: { away: 'The time-series store does not answer. Reports are taken all the same; try again soon.', query: 'The query is not right.', range: 'The range of time is too long, or empty.' },
    if_match: { missing: 'The version is missing. Reload the page.' },
    request: { invalid: 'Something is wrong with what was entered.', unreadable: 'The request cannot be read.' },
    json: { depth: 'The JSON is nested deeper than {{limit}} levels.' },
    blob: { too_large: 'The file is larger than {{limit}} bytes.' },
    body: { too_large: 'This is too large.', media_type: 'This type of content is not taken.' },
    list: { sort: 'This list cannot be sorted by that field.', cursor: 'The page mark is no longer valid. Go back to the first page.' },
    export: { format: 'Exports are csv or xlsx.', rows: '{{rows}} rows are more than one download holds ({{limit}}); narrow the list by its filters.', second: '{{rows}} rows are more than one person takes away alone ({{limit}}); a second person has to approve.' },
    idempotency: { key: 'The idempotency key is too long.', reused: 'The idempotency key was used for another request.', done: 'The change was made. Look at the result.', running: 'The same change is being made already.' },
  },
}
