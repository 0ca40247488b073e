import type { zh } from './zh'

/** Texts of uploaded files, in English. */
export const en: typeof zh = {
  title: 'Uploaded files',
  note: 'The verdict on every uploaded file. A file waits apart until its kind is told by its content and it has been examined; of refused files nothing is kept.',
  search: 'Name, digest or sender',
  empty: 'No file has been uploaded yet', emptyNote: 'Upload evidence when you report a value; its verdict appears here.',
  field: { time: 'Time', name: 'Name', kind: 'Kind', size: 'Size', room: 'Room', verdict: 'Verdict', reason: 'Reason', sender: 'Sender', declared: 'Declared type', hash: 'SHA-256', scanned: 'Virus scan', media: 'Media type' },
  verdict: { released: 'Released', refused: 'Refused' },
  scanned: { yes: 'Scanned, nothing found', no: 'Not scanned' },
  problems: {
    empty: 'The file is empty.', kind: 'Files of the kind “{{kind}}” are not taken. Send PDF, OFD, Word, Excel or PowerPoint (OOXML), text, CSV, PNG, JPEG, WebP, or a ZIP archive of them.',
    mismatch: 'The file was declared as {{declared}}, but its content is {{kind}}. Send it as what it is.', polyglot: 'The file is {{first}} and {{second}} at once, which hides one behind the other. Export it again from its own program.',
    damaged: 'The file begins as {{kind}} and does not go on as one. Export it again and send it whole.', active: 'The {{kind}} file holds what a program would run ({{what}}). Save it without macros, scripts and outside links.',
    pixels: 'The picture is too large; {{limit}} points at most.', text: 'The file begins as text and goes on as something else. Save it as text in UTF-8.', csv: 'The file is no CSV. Save it as CSV in UTF-8.',
    formula: 'Line {{line}}, column {{column}} begins as a formula. Save values; put an apostrophe before text that begins with = + - @.',
    archive: {
      entries: 'The archive holds more than {{limit}} files.', size: 'The archive unpacks to more than {{limit}} bytes.', ratio: 'A file in the archive unpacks to more than {{limit}} times its size.', nested: 'There is an archive in the archive. Send them one by one.',
      overlap: 'Files in the archive share bytes, which no honest program writes.', path: 'The path of a file in the archive is not safe.', locked: 'A file in the archive is encrypted and cannot be examined. Pack it without a password.',
      kind: 'The archive holds a file of the kind “{{kind}}”, which is not taken. Take it out.',
    },
    infected: 'The virus scanner found {{finding}}. The file was refused.', scanner: 'The virus scanner does not answer; uploads wait for it. Try again later.', busy: 'Too many files are being examined. Try again.',
  },
}
