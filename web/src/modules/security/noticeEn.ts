import type { Translation } from '../../kernel'
import type { zh } from './noticeZh'

/** What pages of notices say in English. */
export const en: Translation<typeof zh> = {
  notice: {
    title: 'Notices', note: 'Tell enterprises of dangers, and follow what they acknowledge, feed back and have verified', one: 'Notice', write: 'Write a notice', search: 'Title, number or text', empty: 'There are no notices yet', emptyNote: 'Notices and warnings that are written appear here; those of drills are under Drills.', saved: 'Saved',
    field: {
      title: 'Title', body: 'What is known', ask: 'What is asked', kind: 'Kind', colour: 'Colour of the warning', level: 'Level', category: 'Category', tlp: 'May be shared with', audience: 'Addressees', state: 'State', number: 'Number', author: 'Author', issued: 'Issued', created: 'Written', revision: 'Revision', drill: 'Drill', reason: 'Reason', review: 'What was learned', change: 'What changes',
      all: 'All enterprises and operators of platforms', districts: 'By district', organisations: 'One by one', advisories: 'Those with assets that an advisory affects', products: 'Those who use a product: vendor / product, then Enter', unsure: 'Also those of which it cannot be told', signatures: 'Signed', lifted: 'Lifted', closed: 'Closed', files: 'Attachments', district: 'District', incident: 'Because of',
    },
    kinds: { notice: 'Notice', warning: 'Warning' },
    colours: { red: 'Red', orange: 'Orange', yellow: 'Yellow', blue: 'Blue' },
    levels: { l1: 'Level Ⅰ (extremely serious)', l2: 'Level Ⅱ (serious)', l3: 'Level Ⅲ (significant)', l4: 'Level Ⅳ (ordinary)' },
    tlps: { clear: 'TLP:CLEAR anybody', green: 'TLP:GREEN the community', amber: 'TLP:AMBER one\'s organisation and its clients', strict: 'TLP:AMBER+STRICT one\'s organisation only', red: 'TLP:RED recipients only' },
    tlpNote: 'TLP:RED goes to at most 20 addressees that are chosen one by one; TLP:AMBER+STRICT does not go to all enterprises.',
    states: { draft: 'Draft', review: 'To be signed', signed: 'Signed', issued: 'Issued', closed: 'Closed', reviewed: 'Reviewed', withdrawn: 'Withdrawn' },
    lifted: 'Warning lifted', drillMark: 'Drill', drillNote: 'This is a notice of the drill "{{title}}". It is not real.', drillPace: 'Its clocks run {{n}} times as fast.',
    acts: {
      edit: 'Edit', submit: 'Send to be signed', giveBack: 'Return', sign: 'Sign', issue: 'Issue', deliver: 'Deliver again', lift: 'Lift the warning', withdraw: 'Withdraw', close: 'Close the notice', review: 'Write what was learned', revise: 'Revise', relevel: 'Change the level', remark: 'Change the TLP', signRevision: 'Sign the change', refuseRevision: 'Refuse the change',
    },
    done: { submitted: 'Sent to be signed', returned: 'Returned', signed: 'Signed', issued: 'Issued, and being delivered', delivered: 'Being delivered again', lifted: 'The warning is lifted', withdrawn: 'Withdrawn', closed: 'Closed', reviewed: 'Reviewed', proposed: 'The change is taken', refused: 'The change is refused' },
    submitNote: 'Somebody else than its author signs it; the levels Ⅰ and Ⅱ need two persons.', signNote: 'It can be issued once it is signed.', issueNote: 'It goes to {{n}} organisations, gets its number and is delivered at once.', unreachable: 'At {{n}} organisations there is nobody who can be told: {{names}}', withdrawNote: 'Addressees have nothing to do any more.', liftNote: 'Addressees have nothing to do any more.', closeNote: '{{n}} addressees have not finished; they have nothing to do any more, and the reason is needed.', closeAll: 'All addressees have finished.', deliverNote: 'Tries once more where nobody could be told.',
    relevelNote: 'A graver level holds at once and shortens what runs; a lighter one needs another person\'s signature and leaves what runs as it is.', remarkNote: 'A stricter label holds at once; a more open one needs another person\'s signature.', reviseNote: 'It holds once another person signs it. Addressees are told what changes; what runs stays as it is.',
    signersLeft: 'Signatures needed: {{n}}; given: {{m}}', proposedTitle: 'A change waits to be signed', proposedBy: '{{name}} proposes: {{change}}',
    tabs: { text: 'Text', addressees: 'Addressees', figures: 'Figures', course: 'Course', revisions: 'Revisions' },
    revisionActs: { issue: 'Issued', revise: 'Revised', raise: 'Level raised', lower: 'Level lowered', restrict: 'TLP stricter', share: 'TLP more open' },
    revisionStates: { proposed: 'To be signed', held: 'Held', refused: 'Refused' },
    course: {
      written: 'Written', edited: 'Edited', submitted: 'Sent to be signed', returned: 'Returned', signed: 'Signed', issued: 'Issued', delivered_again: 'Delivered again', lifted: 'Warning lifted', withdrawn: 'Withdrawn', closed: 'Closed', reviewed: 'Reviewed', proposed: 'Change proposed', revised: 'Change holds', revision_refused: 'Change refused',
      delivered: 'Delivered', undeliverable: 'Not delivered: nobody can be told', acknowledged: 'Acknowledged', assessed: 'Assessed', progress: 'Progress fed back', fed_back: 'Fed back as done', verified: 'Accepted', sent_back: 'Returned', extension_requested: 'More time asked for', extension_granted: 'More time granted', extension_refused: 'More time refused', disputed: 'Disputed', dispute_refused: 'Dispute refused', released: 'Nothing owed any more', urged: 'Pressed for', delegated: 'Handed over', given_back: 'Given back', noted: 'Change noted', reminded: 'Reminded', overdue: 'Overdue', escalated: 'Escalated',
    },
    platform: 'Platform', told: 'Told: {{who}}', lateBy: '{{n}} minutes late', circles: { delegate: 'who sees to it', answerers: 'people of the addressee', managers: 'managers of the addressee', districts: 'bureau of the district', duty: 'who is on duty at the city', officers: 'officers of the city', leaders: 'leaders of the city', holder: 'who holds the drill' },
    audience: { count: '{{n}} organisations', checking: 'Counting addressees', none: 'No addressees are chosen', districts: '{{name}} {{n}}', other: 'No district', unnamed: '{{n}} more enterprises do not let the city see their assets: they are told, are no addressees, and owe no receipt' },
    matchNote: 'Of those whose assets match, only who lets the city see their assets is an addressee; the others are told by the platform, and the city knows how many they are',
    map: { title: 'Receipts by district', district: 'District', late: 'Acknowledged late', overdue: 'Overdue', share: 'Acknowledged' },
    because: { write: 'Write a notice', title: 'Notices because of this incident', none: 'There are no notices yet', note: 'Addressees do not see the incident. What the notice says is written anew: leave out what the enterprise wants kept.', of: 'Because of incident {{number}} {{title}}' },
    attach: 'Attach a file', evidence: 'Upload evidence', remove: 'Remove', detach: 'Remove {{name}}',
    figures: { addressees: 'Addressees', delivered: 'Delivered', acknowledged: 'Acknowledged', inTime: 'Of these in time', late: 'Acknowledged late', affected: 'Affected', notAffected: 'Not affected', fedBack: 'Fed back', handled: 'Handled', verified: 'Accepted', overdue: 'Overdue now', escalated: 'Escalated', returned: 'Returned once', unreachable: 'Unreachable', released: 'Released', toAcknowledge: 'Delivery to acknowledgement', toFeedBack: 'Acknowledgement to first feedback', median: 'Median', p90: 'P90', p99: 'P99', count: 'Count' },
  },
  assignment: {
    title: 'Notices received', note: 'What your organisation has to acknowledge, assess and answer', one: 'Notice received', search: 'Title or number', searchCity: 'Organisation, title or number', empty: 'No notices were received', emptyNote: 'Notices of the city to your organisation appear here.', emptyCity: 'No addressee fits',
    field: { organisation: 'Addressee', state: 'State', assessment: 'Assessment', due: 'Due', delivered: 'Delivered', acknowledged: 'Acknowledged', feedback: 'First feedback', only: 'Only', why: 'Why', measures: 'What was done', residual: 'Risk that remains', until: 'Until', obligation: 'For', acknowledgedBy: 'Acknowledged by', delegate: 'Seen to by', handNote: 'What the person should know (may be left empty)', issued: 'Issued', done: 'Everything that is asked is done: the city may verify it' },
    states: { queued: 'To be delivered', delivered: 'To acknowledge', acknowledged: 'Acknowledged', assessed: 'Assessed', handling: 'Being handled', feedback: 'To be verified', verified: 'Accepted', closed: 'Closed', released: 'Nothing owed' },
    assessments: { affected: 'Affected', not_affected: 'Not affected', unknown: 'Not known yet' },
    only: { open: 'Not finished', overdue: 'Overdue now', late: 'Were late', escalated: 'Escalated', disputed: 'Disputed', unreachable: 'Unreachable', extension: 'Ask for more time', mine: 'I see to it' },
    obligations: { acknowledge: 'Acknowledge', feedback: 'First feedback', handle: 'Handled', verify: 'Verified by the city' },
    clockStates: { running: 'Running', met: 'Met', cancelled: 'Cancelled' },
    acts: { acknowledge: 'Acknowledge', assess: 'Assess', feedBack: 'Feed back', note: 'Take note of the change', ask: 'Ask for more time', dispute: 'Dispute', grant: 'Grant more time', refuse: 'Refuse more time', release: 'Accept the dispute', keep: 'Refuse the dispute', accept: 'Accept', sendBack: 'Return', urge: 'Press for it', close: 'Close the assignment', delegate: 'Hand over', takeOn: 'I see to it', giveBack: 'Give back' },
    done: { delegated: 'Handed over', givenBack: 'Given back', acknowledged: 'Acknowledged', assessed: 'Assessed', fedBack: 'Fed back', noted: 'Noted', asked: 'More time is asked for', disputed: 'Disputed', decided: 'Decided', urged: 'Pressed for' },
    acknowledgeNote: 'The time for feedback and handling begins with it.', notAffectedNote: 'Who is not affected says why, and the city verifies it.', nobody: 'Nobody is named; whoever acknowledges notices sees to it', since: '{{name}} (since {{time}})', delegateNote: 'Reminders go to this person first; once four fifths of the time are over, also to the others of the organisation who acknowledge notices.', takeOnNote: 'You see to this notice: reminders go to you first.', giveBackNote: 'Reminders then go to everybody of the organisation who acknowledges notices.', disputeNote: 'If it is not your organisation\'s to do, say why. Time goes on until the city decides.', revised: 'The notice was changed since you acknowledged it', left: '{{time}} left', over: '{{time}} overdue', nothingDue: 'Nothing is due now', clocks: 'Time limits', feedback: 'Feedback', noFeedback: 'There is no feedback yet', late: 'Late', asked: 'More time is asked for, until {{time}}: {{reason}}', granted: 'More time is granted, until {{time}}', refused: 'More time is refused: {{reason}}', disputed: 'Dispute: {{reason}}', escalated: 'Escalated', basis: 'Rests on', due: 'Due', days: '{{n}} d {{h}} h', hours: '{{n}} h {{m}} min', minutes: '{{n}} min {{s}} s', back: 'Back to the notice', toNotice: 'See the notice',
  },
  drill: {
    title: 'Drills', note: 'Notices of drills are numbered apart, marked throughout, and count in no figure of real ones', one: 'Drill', hold: 'Hold a drill', empty: 'There are no drills yet', emptyNote: 'Make a drill, then write notices in it.', search: 'Title of the drill', held: 'The drill is made', ended: 'The drill has ended', running: 'Running', over: 'Ended',
    field: { title: 'Title of the drill', plan: 'What is played', pace: 'Time is compressed by', organisations: 'Who takes part', by: 'Held by', made: 'Made', ended: 'Ended', state: 'State', notices: 'Notices' },
    paceNote: '1 is real time; at 10 a limit of two hours is over after twelve minutes.', end: 'End the drill', endNote: 'Its notices that are not closed are withdrawn, and nobody has anything to do any more.', write: 'Write a notice of the drill', scorecard: 'Result of the drill', none: 'There are no notices yet',
  },
  'problems.notice.incident': 'There is no such incident.',
  'problems.notice.incident_over': 'The incident was rejected, or goes on as another one.',
  'problems.notice.incident_drill': 'An incident of a drill has notices of a drill only, and a real one real ones.',
  'problems.notice.incident_synthetic': 'An incident of the demonstration has notices of the demonstration only, and a real one real ones.',
  form: { missing: '{{label}} is missing', cancel: 'Cancel', save: 'Save', choose: 'Choose' },
}
