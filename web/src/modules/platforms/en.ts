import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: Translation<typeof zh> = {
  list: {
    title: 'Platforms', asList: 'List', asMap: 'Map', register: 'Register a platform', search: 'Name, code or operator', total: 'Registered', monitored: 'Monitored live', monitoredNote: 'trial or in service, reporting when due',
    enterprises: 'Enterprises served', devices: 'Devices connected', empty: 'No platform is registered yet', emptyNote: 'Register one to get its key and a configuration to paste.',
  },
  freshness: { reporting: 'Reporting', late: 'Late', silent: 'Silent', never: 'Never reported' },
  field: {
    name: 'Name', code: 'Code', class: 'Class', industry: 'Industry', district: 'District', operator: 'Operator', status: 'Status', freshness: 'Reporting', lastReport: 'Last report', series: 'Series',
    contact: 'Contact', contactName: 'Contact', contactPhone: 'Telephone', contactEmail: 'E-mail', url: 'Address of the platform', description: 'Description', created: 'Created', crossIndustry: 'Cross-industry', reason: 'Reason', limits: 'Limits',
    indicator: 'Indicator', group: 'Group', unit: 'Unit', kind: 'Kind', tier: 'Due by', dims: 'Broken down by', source: 'Source', value: 'Value', period: 'Period', method: 'Came by', size: 'Size', type: 'Type',
    received: 'Received', outcome: 'Outcome', items: 'Items', accepted: 'Accepted', rejected: 'Refused', channel: 'Channel', seq: 'Seq', receipt: 'Receipt',
  },
  district: { map: 'Platforms by district', table: 'Districts in numbers', reporting: 'Reporting', platforms: 'Registered', ent_served: 'Enterprises', dev_connected: 'Devices' },
  form: {
    title: 'Register a platform', note: 'Enter it, take its key, connect it.', stepEntry: 'Entry', stepConnect: 'Connection', submit: 'Register', missing: '{{label}} is missing',
    codeNote: 'Small letters, digits or -, beginning with a letter; cannot be changed later', industryNote: 'Division of GB/T 4754; none for cross-industry platforms', operatorNote: 'The organisation that runs the platform and sees its data',
    reviewFirst: 'The bureau reviews the entry; data is taken from trial on. You can take the key now.',
  },
  connect: {
    title: 'Connection', way: 'Kind of key', issue: 'Make key and configuration', another: 'Make another key', noKey: 'You may not manage reporting keys. Ask the manager of your organisation.',
    prometheusNote: 'Merge this into prometheus.yml and reload it. The metrics that your platform exports begin with iip_.', otlpNote: 'Merge this into the configuration of the OpenTelemetry Collector and set the environment variable LINGHANG_BASIC={{basic}}',
    signed: 'Signed JSON', plain: 'JSON', signedNote: 'The secret signs and never travels. The script needs bash, openssl and curl.', plainNote: 'JSON with user name and password; the number of each report must grow.',
    first: 'First report', waiting: 'Waiting for the first report', waitingNote: 'This changes by itself as soon as data arrives.', notYet: 'The platform is not in trial yet; no data is taken.', arrived: 'Reporting', open: 'Open the platform',
  },
  key: {
    push: 'Push key', pushNote: 'Prometheus remote write, OpenTelemetry or JSON, with user name and password', report: 'Signing key', reportNote: 'JSON reports, each signed with HMAC-SHA256; the secret never travels',
    id: 'Key (user name)', secret: 'Secret (password)', once: 'The secret is shown this once. Keep it now.', none: 'No key yet', noneNote: 'Choose a kind below, and make a key with a configuration to paste.', noneView: 'The manager of the organisation makes it.', created: 'Made', sandbox: 'sandbox', revoke: 'Revoke', revoked: 'Revoked', revokeTitle: 'Revoke this key?',
    revokeNote: 'Reports with this key are refused at once.', rotateNote: 'Two keys of a kind can be valid at a time: make a new one, change over, then revoke the old one. Reporting has no gap.',
  },
  page: {
    shared: 'Shared by {{operator}}, to be looked at',
    title: 'Platform', indicators: 'Indicators', submissions: 'Submissions', comments: 'Comments', keys: 'Keys and connection', backfill: 'Back-fill', entry: 'Entry', edit: 'Edit the entry', saved: 'Saved', move: 'Change status', moveTo: 'To “{{status}}”', moved: 'The status is changed',
    remove: 'Remove', removeTitle: 'Remove this demonstration platform?', removeNote: 'The platform and everything that it reported are removed.', seriesLimit: 'of {{limit}} at most', limits: '{{series}} series, {{samples}} samples a minute', total: 'Total',
    noValues: 'No values yet', noValuesNote: 'They show with the first report.', noValuesHow: 'Take a key and paste a configuration; they show with the first report.', noPoints: 'No data in this span', noPointsNote: 'Look at a longer span, or back-fill the past.', wholeYear: 'Look at a year', noSubmissions: 'Nothing was submitted yet', noSubmissionsNote: 'Take a key and paste a configuration; every report and what became of it is listed here.', connect: 'Connect it', fromFacts: 'From the ledger of reports', fromSeries: 'From the time series', revision: 'revision {{n}}', item: 'item {{n}}',
  },
  span: { hour: '1 h', day: '24 h', week: '7 d', month: '30 d', year: '1 y' },
  channel: { report: 'Signed JSON', json: 'JSON', remotewrite: 'Prometheus', otlp: 'OpenTelemetry', csv: 'CSV back-fill' },
  outcome: { accepted: 'Accepted', partial: 'Partly accepted', refused: 'Refused' },
  kind: { gauge: 'Gauge', counter: 'Counter', flow: 'Flow', ratio: 'Ratio' },
  source: { push: 'Reported', probe: 'Probed', form: 'Form', derived: 'Derived' },
  catalogue: { title: 'Indicator catalogue', note: 'Version {{version}}, {{count}} indicators', search: 'Name or code', nothing: 'No indicator matches', below: 'At most' },
  backfill: {
    note: 'Back-fill the past as CSV in UTF-8; the first row names the columns. A period is 2026-11-01 (day) or 2026-11 (month).', example: 'Example of the CSV', revises: 'Correct what was reported (revisions are kept)', drop: 'Click, or drop a CSV file here',
    busy: 'Sending', done: '{{accepted}} values accepted',
  },
  finding: {
    ambiguous: 'ambiguous', coarse: 'period too coarse', dimension: 'no such breakdown', dimension_long: 'breakdown too long', foreign: "another platform's", future: 'in the future', label: 'unknown label', negative: 'negative', not_finite: 'not finite',
    number: 'not a number', period: 'wrong period', prefix: 'the name must begin with iip_', time: 'wrong time', too_old: 'too old', twice: 'twice', unknown: 'not in the catalogue', vocabulary: 'not in the vocabulary', bound: 'above its bound', histogram: 'a histogram is no indicator',
    labels: 'wrong labels', more: 'more', otlp_kind: 'OTLP type not taken', revision: 'there already; a correction must say so', series_limit: 'above the limit on series',
  },
  problems: {
    platform: { invalid: 'The entry is incomplete or wrong.', code_taken: 'This code is taken.', status: 'It cannot move to that status from the present one.', reason: 'Say why.', kept: 'Only demonstration platforms can be removed; retire this one.', not_reporting: 'No data is taken in the present status.' },
    key: { too_many: 'There are {{count}} valid keys of this kind; revoke one first.', missing: "A platform's key is needed.", refused: 'The key is not valid.' },
    csv: { column: 'The column {{column}} is missing.', rows: 'More than {{limit}} rows.', unreadable: 'This is no CSV file; save it as CSV in UTF-8.' },
    body: { type: 'The content type is wrong.' },
    report: { partial: '{{accepted}} values accepted, {{rejected}} refused.' },
    indicator: { unknown: 'There is no such indicator.' },
  },
}
