import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: Translation<typeof zh> = {
  board: {
    title: 'Plan board', period: '{{from}} to {{to}}, {{elapsed}} passed', choose: 'Choose a plan', byAction: 'By action', asList: 'List', screen: 'Big screen', plans: 'Plans', workbook: 'Export workbook', yaml: 'Export YAML',
    none: 'There is no action plan yet', noneNote: 'Begin one from a template: the live state of every target shows here.', noneView: 'Once the bureau has begun a plan, the targets that you may see show here.', create: 'New plan', search: 'Target, code or owner', total: 'Targets',
    targets: '{{count}} targets', noTargets: 'Measures without a numeric target: {{measures}}', all: 'All', nothing: 'No target matches', counted: '{{count}}', sources: 'Where values come from', measured: '{{live}} measured live, {{reported}} reported, {{none}} without a value',
  },
  status: { reached: 'Reached', on_track: 'On track', at_risk: 'At risk', late: 'Late', missed: 'Missed', not_measured: 'Not measured' },
  source: { live: 'Live', reported: 'Reported', none: 'None' },
  sourceNote: { live: 'Measured live by other systems', reported: 'Reported, reviewed and approved', none: 'No value yet' },
  kind: { live: 'Measured live', reported: 'Reported by people' },
  direction: { at_least: 'at least', at_most: 'at most', more_than: 'more than', about: 'about', between: 'between', equal: 'reach' },
  field: {
    target: 'Target', code: 'Code', value: 'Value', number: 'Value', goal: 'Goal', goalHigh: 'Upper goal', direction: 'Direction', unit: 'Unit', status: 'Status', source: 'Source', trend: 'Trend', forecast: 'Forecast', owner: 'Owner', ownerOrganisation: 'Owning organisation',
    action: 'Action', measure: 'Measure', period: 'Period', formula: 'Formula', baseline: 'Baseline', kind: 'Values come', reason: 'Reason', sentence: 'As the plan says', progress: 'Pace', chance: 'Chance', validAt: 'Valid at', knownAt: 'Known at',
    note: 'Note', evidence: 'Evidence', reporter: 'Reporter', reviewer: 'Reviewer', approver: 'Approver', state: 'State', due: 'Due', plan: 'Plan', from: 'From', to: 'To', title: 'Title', targets: 'Targets', created: 'Created', template: 'Template',
    type: 'Kind', remindedBy: 'From', milestone: 'Milestone', decision: 'Decision', step: 'To do',
  },
  reason: {
    goal_met: 'The goal is met', period_over: 'The period ended on {{ended}}, {{missing}} short of the goal', not_begun: 'The period begins on {{begins}}', just_begun: 'The period has just begun', pace: '{{ratio}} of the pace that is due; {{expected}} is due by now', no_pace: 'No pace can be told yet',
    forecast: '{{forecast}} expected at the end, a chance of {{chance}}', milestone_overdue: 'The milestone “{{title}}” was due on {{due}}', no_room: 'Not measured yet: needs the room {{room}} ({{measure}})', no_measure: 'Not measured yet: the room {{room}} has no measure {{measure}}',
    no_data: 'The room {{room}} has no data yet ({{measure}})', unreadable: 'The measure {{measure}} cannot be read', no_result: 'The formula has no result', not_reported: 'Not reported yet',
  },
  forecast: {
    method: { theil_sen: 'Theil–Sen line', none: 'none' }, interval: '80 % interval {{low}} to {{high}}', mape: 'back-test error {{mape}}', off: 'error {{mape}}', naive: '(repeating the last value: {{naive}})', horizon: '{{days}} days ahead, {{trials}} trials', noError: 'The history is too short for a back-test',
    short_history: 'No forecast, the history is too short: {{points}} values over {{days}} days of at least {{points_needed}} values over {{days_needed}} days', period_over: 'No forecast: the period is over', short: 'short history', over: 'period over', basis: 'From {{points}} values over {{days}} days',
  },
  target: {
    counted: 'See what is counted',
    title: 'Target', history: 'Values', milestones: 'Milestones', comments: 'Comments', changes: 'Changes', about: 'About', curve: 'Progress', actual: 'Value', goalLine: 'Goal', goalOf: 'Goal ({{direction}})', forecastLine: 'Forecast', band: '80 % interval', report: 'Report a value', edit: 'Change target', remind: 'Remind owner',
    noHistory: 'There is no value yet', noHistoryNote: 'Every value that is measured live, or reported and approved, is kept here.', knownAt: 'As known at', knownAtNote: 'Shows only what counted at that time', required: '{{value}} needed each day', expected: '{{value}} is due by now', asOf: 'as of {{time}}', standsIn: 'A reported value stands in: {{reason}}',
    noCurve: 'The curve shows from two values on', reading: '{{measure}}: {{value}}', noChanges: 'The target was never changed', saved: 'Saved', ownerNote: 'Its people see this target and report it', formulaNote: 'Measures with + - * /, parentheses, min, max and sum, such as platforms.monitored', reasonNote: 'Kept with the change for good', chooseLive: 'live', chooseReported: 'by report',
  },
  report: { title: 'Report a value', valueOf: '{{title}} ({{unit}})', submit: 'Submit for review', done: 'Submitted for review', note: 'Where the figure comes from, such as the bulletin and its page', drop: 'Click or drop evidence (PDF, Office, picture, text, up to 20 MB)', uploading: 'Uploading', need: 'Upload a file or say where the figure comes from', valueMissing: 'Enter a value', dateMissing: 'Enter the time', flow: 'Three different persons report, review and approve. Only then does the value count.', removeFile: 'Remove {{name}}' },
  state: { live: 'Live', reported: 'To review', reviewed: 'To approve', approved: 'In force', returned: 'Returned' },
  values: {
    title: 'Reported values', note: 'Three different persons report, review and approve', awaiting: 'To be handled', search: 'Target, reporter or note', none: 'Nothing waits', noneNote: 'Report a value on a target’s page; it is reviewed and approved here.', review: 'Review', approve: 'Approve', return: 'Return', reviewTitle: 'Pass this value as reviewed?', approveTitle: 'Approve this value? It counts at once.',
    returnTitle: 'Return this value?', comment: 'Comment', commentNeeded: 'Say why it is returned', done: 'Done', downloads: 'Download {{name}}', waitOther: 'waits for somebody else', noEvidence: 'see note',
  },
  milestone: { add: 'Add a milestone', edit: 'Edit milestone', met: 'Done', overdue: 'Overdue', open: 'Open', done: 'It was done', goalNote: 'Done once the target has this value; may be empty', none: 'No milestones', noneNote: 'Milestones divide a target into steps; an overdue one keeps it from being on track.', remove: 'Remove this milestone?', dueMissing: 'Enter a date', titleMissing: 'Enter a title' },
  remind: { title: 'Remind the owner', send: 'Send', note: 'What is to be done', noteMissing: 'Say what is to be done', due: 'Due (optional)', sent: 'The owner is reminded' },
  reminders: { title: 'Reminders', note: 'Overdue milestones, values that are due, and reminders to owners', overdue_milestone: 'Milestone overdue', not_reported: 'Value due', reminder: 'Reminder', none: 'Nothing to do', noneNote: 'Overdue milestones, due values and reminders show here.', done: 'Done', doneOk: 'Marked as done', search: 'Target, owner or note', mine: 'Only ours', overdue: 'Overdue' },
  plans: {
    title: 'Plans', create: 'New plan', edit: 'Edit', none: 'There is no plan yet', noneNote: 'Begin from a template, or import YAML that was exported.', fromTemplate: 'From a template', fromYAML: 'From YAML', template: 'Template', size: '{{actions}} actions, {{measures}} measures, {{targets}} targets', periodNote: 'Dates in the template move with the period', yamlNote: 'Paste exported YAML, or choose a file', chooseFile: 'Choose a file',
    yamlMissing: 'Paste YAML or choose a file', created: 'The plan is made', open: 'Open board', rules: 'Traffic-light rules', remove: 'Remove', removeTitle: 'Remove this demonstration plan?', removeNote: 'The plan and all its values are removed.', periodMissing: 'Enter both dates', search: 'Title', export: 'Export', overNote: 'This period is over: the board shows what was reached and what was missed, without forecasts.',
  },
  rules: {
    on_track_chance: 'On track from this chance', at_risk_chance: 'At risk from this chance, else late', on_track_pace: 'Without forecast: on track from this pace', at_risk_pace: 'Without forecast: at risk from this pace', about_tolerance: 'Tolerance of “about”', grace_days: 'Days of grace at the start',
    report_every_days: 'Reports due every (days)', exceeding_fails: 'More than “about” or “between” allows is a miss',
  },
  screen: {
    title: 'Big screen', exit: 'Leave', full: 'Full screen', elapsed: 'Period', reached: 'Reached', onTrack: 'On track', attention: 'At risk or late', missed: 'Missed', notMeasured: 'Not measured', of: 'of {{count}} targets', map: 'Platforms monitored by district', monitored: 'Platforms monitored', key: 'Key targets', updated: 'updated {{time}}', lost: 'Connection lost, figures may be out of date', noMap: 'You may not view platforms', none: 'There is no action plan yet', noneNote: 'It shows here once it is begun.',
  },
  room: { platforms: 'platforms', network: 'network', scenario: 'scenarios', identifier: 'identifiers', apps: 'apps', enterprise: 'enterprise services', parks: 'parks', atlas: 'graphs' },
  unit: { yi: 'bn' },
  problems: {
    formula: { syntax: 'The formula cannot be read at character {{position}}.' },
    yaml: { unreadable: 'This is no plan as YAML: export one to see the form.', too_large: 'The YAML is too large.' },
    plan: { invalid: 'The plan is incomplete or wrong.', period: 'The period is no period.', origin: 'Choose a template or give YAML.', kept: 'Only plans of the demonstration city can be removed.', owner: 'Only the organisation that made the plan can change it.' },
    template: { unknown: 'There is no such template.' },
    target: { invalid: 'The target is incomplete or wrong.' },
    milestone: { invalid: 'The milestone is incomplete or wrong.', many: 'A target has at most {{limit}} milestones.' },
    reminder: { invalid: 'The reminder is incomplete or wrong.' },
    value: { invalid: 'This value cannot be taken.', evidence: 'A reported value needs a file or its published source.', evidence_unknown: 'There is no such evidence; upload it first.', person: 'Only persons review and approve, not tokens.', same_person: 'Three different persons report, review and approve.', state: 'The value has moved on. Reload it.', reason: 'Say why it is returned.' },
    evidence: { empty: 'The file is empty.', type: 'This type of file ({{type}}) is not taken: use PDF, Office, pictures or text.' },
  },
}
