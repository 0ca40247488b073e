import type { zh } from './planZh'

/** What pages of plans and of the comparison with them say in English. */
export const en: typeof zh = {
  plan: {
    title: 'Asset plans', tab: 'Plans', comparison: 'Planned, declared, seen', saved: 'Saved', missing: 'Fill in: {{label}}', one: 'Plan', revision: 'Revision {{n}}', none: 'None',
    list: { search: 'Name, note', empty: 'No asset plans yet', emptyNote: 'Make a plan, such as that of an extension, import the engineering\'s list of devices and release it: then it is compared with what is declared and seen.', emptyCity: 'Plans of enterprises stand here once they consent', add: 'New plan', released: 'Revision that counts', things: 'Things', ended: 'Ended', going: 'Under way', unreleased: 'Not released', state: 'State' },
    field: {
      name: 'Name', note: 'Note', role: 'Role', vendor: 'Vendor', product: 'Product', model: 'Model', order_number: 'Order number', firmware: 'Firmware', serial: 'Serial number', mac: 'MAC address', ip: 'IP address', segment: 'Segment', station: 'PROFINET name', bacnet: 'BACnet instance', rack: 'Rack', slot: 'Slot', zone: 'Zone', criticality: 'Criticality', site: 'Site', commissioned: 'Commissioned', decommissioned: 'Decommissioned',
      revision: 'Revision', file: 'File', imported: 'Imported', releasedAt: 'Released', line: 'Line', address: 'Address', state: 'State', device: 'Device', where: 'Planned / declared / seen', last: 'Last seen', differences: 'Differences',
    },
    act: {
      import: 'Import a revision', rename: 'Change', end: 'End plan', endNote: 'What it says is compared no more. It can be taken up again.', resume: 'Take up again', remove: 'Remove plan', removeNote: 'The plan goes with all its revisions.', release: 'Release', releaseNote: 'Revision {{n}} counts from now on instead of the one before, which stays readable.', released: 'Released', discard: 'Discard', discardNote: 'Revision {{n}}, which was never released, goes.', difference: 'Changes', lines: 'Content', counts: 'Counts',
    },
    revisions: 'Revisions', noRevisions: 'No revisions yet', noRevisionsNote: 'Download the template, fill in the engineering\'s list of devices, and import it.', notReleased: 'Revision {{n}} is not released: only then it is compared.', linesOf: 'What revision {{n}} says', linesSearch: 'Name, model, address',
    import: { title: 'Import of a revision', note: 'Look first, then import; with any error nothing is kept. It counts once it is released', drop: 'Drop or choose a CSV or XLSX file', busy: 'Reading', template: '{{format}} template', things: 'Things', noteOn: 'What is new', enter: 'Keep as revision {{n}}', done: 'Kept as revision {{n}}; it counts once it is released', back: 'Release it' },
    difference: { title: 'Revision {{to}} beside revision {{from}}', first: 'All of revision {{to}} is new', same: 'Unchanged', added: 'Added', removed: 'Removed', changed: 'Changed', hidden: '{{n}} more are not shown', nothing: 'No changes' },
    compare: {
      note: 'Matched by vendor and serial number, MAC, BACnet instance, PROFINET name, IP address and segment; what cannot be told is in doubt, not guessed.', planned: 'Planned', declared: 'Declared', observed: 'Seen', deviations: 'To do', search: 'Name, model, address, zone', lacks: 'Lacks', lack: { planned: 'Not planned', declared: 'Not declared', observed: 'Not seen' }, onlyDeviations: 'To do', yes: 'Yes', no: 'No',
      noPlan: 'No plan was released yet: only what is declared and seen is compared', noPlanAction: 'Make a plan', noSensor: 'No data of sensors yet: nothing can be said of what is seen', noSensorAction: 'Sensing', hidden: '{{n}} sensors of the enterprise are not open to you in detail; what they saw is missing, so that “not seen” is a hint only', beyond: 'Too many assets are declared: {{n}} are not compared', empty: 'Nothing to compare', emptyNote: 'Declare assets, release a plan, or connect a sensor.', theirs: 'Comparison of {{name}}',
      states: { should_be_gone: 'Should be gone', unknown: 'Unknown device', not_declared: 'Not declared', missing: 'Planned, not there', not_seen: 'Declared, not seen', not_planned: 'Declared, not planned', ambiguous: 'In doubt', differs: 'Differs', agrees: 'Agrees', later: 'Comes later', gone: 'Gone', untold: 'Cannot be told' },
      notes: {
        should_be_gone: 'Decommissioned by the plan, and declared or seen still', unknown: 'Seen, and neither planned nor declared', not_declared: 'Planned, and not declared', missing: 'Should be there by the plan, and is neither declared nor seen', not_seen: 'Declared, and never seen by a sensor', not_planned: 'Declared, and in no plan that counts', ambiguous: 'Several have the same mark: it cannot be told which is which', differs: 'One thing, of which different things are said', agrees: 'All say the same', later: 'Planned for a day to come', gone: 'Decommissioned by the plan, and gone', untold: 'Without address and serial number, by which sensors could know it',
      },
      by: { serial: 'Vendor and serial number', mac: 'MAC address', bacnet: 'BACnet instance', station: 'PROFINET name', ip: 'IP address' }, doubt: '{{by}} {{value}} may also go with: {{rivals}}', doubtHint: 'Add the segment, MAC or serial number, or merge what is declared twice', talks: 'Conversations', line: '{{plan}}, revision {{revision}}, line {{line}}', source: { planned: 'Planned', declared: 'Declared', observed: 'Seen' },
      take: 'Declare selected ({{n}})', takeTitle: 'Declare what was planned or seen', takeNote: 'Each is declared by the rules of assets, all or none. What the plan says is taken; the following is for those of which it says nothing.', taken: '{{n}} declared', from: 'from {{day}}', until: 'until {{day}}',
    },
  },
  'problems.plan.twice': 'There is a plan of this name; choose another, or import a new revision of that one.',
  'problems.plan.plans': 'There are {{most}} plans at most; remove one that never counted or has ended.',
  'problems.plan.revisions': 'A plan keeps {{most}} revisions at most; discard one that was never released, or go on with a new plan.',
  'problems.plan.many': 'Plans that count have {{most}} lines at most together; with this one they would have {{lines}}. End one that is done.',
  'problems.plan.released': 'This revision is released already.',
  'problems.plan.older': 'Revision {{released}}, which is newer, is released; import the old content as a new revision.',
  'problems.plan.ended': 'The plan has ended; take it up again first.',
  'problems.plan.counts': 'The plan counts; end it before it is removed.',
  'problems.plan.was_released': 'This revision was released, and stays on record.',
  'problems.plan.rows': '{{count}} cells are wrong; nothing was kept.',
  'problems.plan.line': 'The line is incomplete or wrong.',
  'problems.plan.note': 'What is new: 300 characters at most.',
  'problems.plan.invalid': 'Name the plan, in 1 to 120 characters.',
  'problems.comparison.gone': 'The comparison has changed; choose again.',
  'problems.comparison.state': '{{name}} cannot be declared: it is declared already, in doubt, or to be gone.',
  'problems.comparison.role': 'No plan says what {{name}} is; choose a role.',
  'problems.asset.declared': '{{name}} is declared already; compare again.',
  'problems.asset.take': '{{name}} cannot be declared as it is; mend the plan, or declare it alone.',
}
