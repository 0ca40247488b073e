import { openingEn, openingProblemsEn } from './openingEn'
import { pilotProblemsEn, pilotEn } from './pilotEn'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: typeof zh = {
  opening: openingEn,
  pilot: pilotEn,
  apps: { title: 'Industrial apps', note: 'What published scenarios use, the most used first; a name opens its scenarios', scenarios: 'Scenarios', empty: 'No scenario uses an app', emptyNote: 'Choose another of the sixteen, or name apps in scenarios' },
  list: {
    title: 'Catalogue of scenarios', note: 'Find industrial scenarios by industry, stage, mode, technology and value', write: 'Write a scenario', search: 'Words, Chinese or English', table: 'Table', cards: 'Cards', empty: 'The catalogue has no scenarios yet', emptyNote: 'Scenarios appear here once they are reviewed and published.',
    score: 'What was found', providers: '{{n}} providers', effects: '{{n}} figures of effect',
  },
  field: {
    title: 'Scenario', summary: 'Summary', text: 'Text', owner: 'Owner', status: 'Status', year: 'Year of publication', quarter: 'Quarter', published: 'First published', updated: 'Updated', cost: 'Cost', costFrom: 'Cost from (10 000 CNY)', costTo: 'Cost to (10 000 CNY)', evidence: 'Evidence', effects: 'Effects', providers: 'Providers',
    apps: 'Industrial apps', standards: 'Standards', pictures: 'Pictures', kind: 'Kind', figure: 'Figure', value: 'Value', before: 'Before', unit: 'Unit', version: 'Version', edition: 'Edition of the taxonomy', author: 'Written by', written: 'Written', decided: 'Decided', caption: 'Caption', city: 'The city',
    industries: 'Industries', stages: 'Process stages', modes: 'Modes', links: 'Of the sixteen scenarios', technologies: 'Technologies', values: 'Values', maturity: 'Maturity',
  },
  statuses: { draft: 'Draft', review: 'In review', published: 'Published', revised: 'Revised', withdrawn: 'Withdrawn' },
  scenario: {
    about: 'About', versions: 'Versions', alike: 'Similar scenarios', compare: 'Compare', compareWith: 'Compared with version {{n}}', differs: 'What differs', same: 'Both versions say the same', proven: 'Effects that openings brought', openings: 'Openings', openIt: 'Open this scenario', uses: 'Put it to use', providers: 'Find providers', need: 'Publish a need', edit: 'Write a new version', continue: 'Go on writing',
    whoNeeds: 'Who needs it',
    submit: 'Hand in for review', submitted: 'Handed in', recall: 'Take back', recalled: 'Taken back', publish: 'Publish', back: 'Send back', decided: 'Decided', withdraw: 'Withdraw', withdrawn: 'Withdrawn', withdrawNote: 'It leaves the catalogue and stays readable.', publishNote: 'It becomes the current version; the one before stays readable.', backNote: 'Say what to mend.',
    reason: 'Reason', waits: 'Version {{n}} waits for review', draft: 'Version {{n}} is a draft', returned: 'Sent back: {{reason}}', whyWithdrawn: 'Withdrawn because: {{reason}}', twin: 'See the scenario that was kept', lists: 'In the lists', listed: '{{year}}, list {{number}}, no. {{place}}', yuan: '{{from}} to {{to}} × 10 000 CNY', sharedWords: 'Shared classes: {{words}}', none: 'Not given', shown: 'This is version {{n}}',
    noAlike: 'No scenario is like this', likeness: 'Likeness {{n}}%', evidence: 'Evidence: {{what}}',
  },
  form: { aside: '{{what}} ({{more}})', inZh: '{{label}} (Chinese)', inEn: '{{label}} (English)', create: 'Write a scenario', edit: 'Write a scenario', save: 'Save the draft', saved: 'The draft is saved', missing: 'Give {{label}}', tags: 'Press Enter after each', add: 'Add', remove: 'Remove', effectsNote: 'Each figure needs its evidence', picture: 'Upload a picture', pictureNote: 'Save the draft first, then upload pictures' },
  lists: {
    title: 'Yearly lists', note: 'Lists of scenarios, released by year: numbered, never changed, verified by their digest', year: 'Year', number: 'List', entries: 'Scenarios', digest: 'Digest of the contents (SHA-256)', released: 'Released', by: 'By', release: 'Release the list of {{year}}', releaseNote: '{{n}} scenarios that were first published in {{year}} and are in no list yet go into it. It cannot be changed afterwards.', releaseNone: 'No scenario of {{year}} waits for a list',
    done: 'The list is released', empty: 'No list was released yet', emptyNote: 'Lists appear here once the bureau releases them.', contents: 'File to verify', name: '{{year}}, list {{number}}',
  },
  import: {
    title: 'Import of scenarios', note: 'The file is looked at first and imported as a whole; with one fault nothing is. Of scenarios with the same name and summary one is kept.', template: '{{format}} template', drop: 'Click, or drop a CSV or XLSX file', busy: 'Working', new: 'New', known: 'Known', knownNote: 'Not imported again', wrong: 'Faults', near: 'Likely duplicates', mend: 'Mend the file and upload it again', line: 'Line', column: 'Column', why: 'Fault',
    nearNote: 'Tick lines that are not to be imported; the others are, and can be decided later under duplicate scenarios.', row: 'In the file', other: 'Similar scenario', inFile: 'In the same file', enter: 'Import {{n}} scenarios', done: '{{n}} scenarios are imported', skip: 'Leave out line {{n}}',
  },
  pair: {
    title: 'Duplicate scenarios', note: 'Entries that are likely one scenario, side by side; decisions can be undone', likely: 'Likely', decisions: 'Decisions', none: 'No likely duplicates', rules: 'Rules: 80% of the neighbouring characters of the titles are the same, or the summaries are.', older: 'The older one', newer: 'The newer one', likeness: 'Likeness', keepOlder: 'Keep the older', keepNewer: 'Keep the newer', apart: 'Two scenarios',
    sameTitle: 'Are they one scenario?', sameNote: 'The other is withdrawn and leads to the one that is kept; this can be undone.', apartTitle: 'Are they two scenarios?', apartNote: 'The pair is not listed any more; this can be undone.', done: 'Decided', undo: 'Undo', undone: 'Undone', undoTitle: 'Undo this decision?', undoNote: 'What was withdrawn is published again.', kept: 'Kept', other: 'The other', what: 'Decision', same: 'One scenario', two: 'Two scenarios', at: 'Time', noDecisions: 'No decisions yet', rule: { title: 'Titles alike', summary: 'Same summary' },
  },
  problems: {
    opening: openingProblemsEn,
    pilot: pilotProblemsEn,
    content: { invalid: 'The scenario is incomplete or wrong.' }, in_review: 'This version waits for review; take it back to change it.', no_draft: 'There is no draft to hand in.', not_in_review: 'No version waits for review.', not_yours: 'This is for the owner and the bureau.', reason: 'Say why.', status: 'This cannot be done with a scenario in this state.', city: 'This is for the city bureau.', real: 'Only demonstration data is removed; withdraw this one.',
    provider: 'There is no such organisation.', picture: 'There is no such picture.', pair: { same: 'A scenario is no duplicate of itself.', decided: 'Decided already; undo that first.', over: 'Undone, or changed since.' }, list: { full: 'A list has {{limit}} scenarios at most.', empty: 'Every scenario of {{year}} is in a list already.', year: 'The year is to come.', format: 'A list is PDF or XLSX.' }, import: { rows: '{{count}} faults; nothing was imported.' },
  },
}
