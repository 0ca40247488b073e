import type { zh } from './zh'

/** Texts of reports, in English. */
export const en: typeof zh = {
  title: 'Reports', note: 'PDF and Excel, made with the rights of the one who asks; the same data has the same digest. Files stay for three years.', make: 'Make a report', search: 'Title or who asked', empty: 'No reports yet', emptyNote: 'Choose a report and what it is about; it takes some seconds.', missing: 'Choose: {{label}}',
  field: { report: 'Report', language: 'Language', title: 'Title', state: 'State', asked: 'Asked', actions: 'Actions', files: 'Files', digest: 'Digest of the data (SHA-256)', organisation: 'Organisation' },
  language: { zh: 'Chinese', en: 'English' },
  state: { waiting: 'Waiting', running: 'Being made', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' },
  asked: 'Asked for; download it from the list when it is done', cancel: 'Cancel', remove: 'Remove', removed: 'Removed', removeTitle: 'Remove this report with its files?', download: 'Download {{format}}', progress: 'Progress',
  problems: {
    many: '{{limit}} reports of your organisation are not finished. Try later.', unknown: 'There is no such report.', parameters: 'Choose every parameter.', person: 'A report is asked for by a person.', finished: 'The report is finished.', not_done: 'The report is not done yet.', running: 'The report is being made; cancel it first.',
    time: 'The report took too long.', tries: 'The report was interrupted several times and not finished.', lost: 'The job that made the report is gone. Ask for the report again.',
  },
}
