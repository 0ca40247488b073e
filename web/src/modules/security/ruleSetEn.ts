/** What pages of rules that somebody brought say in English. */
export const en = {
  ruleset: {
    title: 'Own rules', note: 'Rules in the public Sigma format; once in use they look at every event together with the pack', cityNote: 'Rules in the public Sigma format; once in use they look at all sensors that are open to the city, and alerts belong to the enterprise whose events they are', import: 'Import rules', empty: 'No own rules yet', emptyNote: 'Upload Sigma rules (.yml, or a zip of many), see what is found in them, try them, then put them in use.', emptySeen: 'Neither your enterprise nor the city has brought rules.',
    name: 'Name', nameNote: 'Such as “SigmaHQ rules for Windows”', reviseNote: 'A new revision; rules are known by their ids and stay in use', remark: 'Note', drop: 'Click or drop a .yml, .yaml or .zip', busy: 'Checking…', dropFirst: 'Enter a name first',
    city: 'City', own: 'Own', of: 'From', rules: 'Rules', live: 'In use', silent: 'No source', revision: 'Revision', changed: 'Changed', broken: '{{n}} rules can no longer be compiled; the others work',
    check: { sound: 'Sound', refused: 'Refused', silent: 'No source', added: 'New', changed: 'Changed', removed: 'Removed', same: 'Same', findings: 'Findings', place: 'Place', what: 'Finding', mend: 'How to mend', fine: 'Nothing was found', more: 'The first 500 are listed' },
    kinds: { refused: 'Refused', silent: 'Never matches', status: 'Outdated' },
    take: 'Import {{n}} rules', takeSound: 'Import the {{n}} sound ones only', done: 'Imported. No rule is in use yet: try them first.', toSet: 'Open the set', mend: 'What is refused is not imported. Mend it and upload again, or import the others only.',
    revise: 'Upload a new revision', download: 'Download', remove: 'Remove the set', removeNote: 'Rules in use have to be switched off by two persons before the set can be removed.', removed: 'Removed',
    use: 'Put in use', useAll: 'Put all in use', useNote: 'From then on hits raise alerts. Try the rules first, and see which hit too often.', used: 'In use', idle: 'Not in use', off: 'Off', on: 'In use', switchOff: 'Switch off', reason: 'Reason', alone: 'Off by one person, on again at {{time}}', byWhom: '{{name}}, {{time}}: {{reason}}',
    list: 'Rules', search: 'Title, author, source, tags', source: 'Log source', author: 'Author', authorOf: 'Author: {{author}}', licence: 'Licence: {{license}}', level: 'Level', state: 'State', states: { live: 'In use', idle: 'Not in use', silent: 'No source' }, never: 'No source delivers such events',
    history: 'Revisions', historyNote: 'The newest ten are kept', by: 'By', when: 'Time', size: '{{n}} rules, {{refused}} refused; {{added}} new, {{changed}} changed, {{removed}} removed',
    trial: {
      title: 'Trial', note: 'All rules are asked about events that are kept; no alert is raised', cityNote: 'Rules are asked about events of sensors that are open to the city in detail; no alert is raised, and examples stand in the record of looks', days: 'Last days', run: 'Try', cancel: 'Give up', running: 'Trying: {{percent}} %', done: 'Events that were looked at: {{n}}, {{from}} to {{to}}', nothing: 'No events of this time are kept, so that nothing could be tried', cut: 'There are too many events; the newest were looked at', failed: 'The trial failed: {{reason}}', cancelled: 'Given up', quiet: 'No rule hit',
      hits: 'Hits', rule: 'Rule', examples: 'Examples', noisy: 'Too often', noisyNote: 'More than 100 a day; narrow the rule before you put it in use',
    },
    origin: { title: 'Origin of the rule', set: 'Set', author: 'Author', license: 'Licence', tags: 'Tags', references: 'References', sigma: 'Sigma id', cityRule: 'Rule of the city' },
  },
}
