import type { zh } from './zh'

/** Texts of sharing, in English. */
export const en: typeof zh = {
  missing: '{{label}} is missing', save: 'Save', edit: 'Edit', saved: 'Saved', close: 'Close',
  field: { title: 'Name', object: 'Object', owner: 'Owner', purpose: 'Purpose', until: 'Until', rules: 'By rules', state: 'State', organisation: 'Organisation', kind: 'What', with: 'With whom', filters: 'Which', changed: 'Changed', actions: 'Actions', by: 'By', reason: 'Note', titleZH: 'Name (Chinese)', titleEN: 'Name (English)', city: 'Rule of the city', policy: 'Policy (Cedar)', versions: 'Versions', version: 'Version', time: 'Time', act: 'Act' },
  state: { draft: 'Draft', proposed: 'To be approved', in_force: 'In force', ended: 'Ended' },
  organisationKind: { bureau: 'Bureau', enterprise: 'Enterprise', operator: 'Platform operator', provider: 'Service provider', node: 'Identifier node operator', park: 'Park', responder: 'Security responder' },
  act: { drafted: 'Drafted', edited: 'Changed', policy: 'Policy written', submitted: 'Submitted', approved: 'Approved', returned: 'Returned', ended: 'Ended' },
  withUs: { title: 'Shared with us', note: 'Objects that others share with the organisation by a rule, to be looked at. When the rule ends they are gone at once.', search: 'Object or owner', empty: 'Nobody shares anything with us yet', emptyNote: 'What others share with the organisation by their sharing rules appears here.' },
  rules: {
    title: 'Sharing rules', note: 'What the organisation (and those below it) shares, with whom, for what and until when. Without a rule nothing is shared.', search: 'Name, purpose or organisation', add: 'New rule', empty: 'There are no sharing rules yet', emptyNote: 'Make a rule that says what is shared, with whom, for what purpose and until when.', one: 'Sharing rule', editTitle: 'Change the rule', custom: 'Hand-written policy', cityMark: 'City',
    organisations: 'Organisations', kinds: 'Kinds of organisations', districts: 'Districts of organisations', audienceNote: 'Whoever fits one of these may look, with those below the chosen organisations. Others are found by their whole name or code.', filtersNote: 'Empty: all', cityNote: 'About the objects of all organisations; a second person approves it.', purposeNote: 'What they may use it for', draft: 'Save draft', filterOf: 'Only where {{title}} is', all: 'All',
    submit: 'Put in force', submitGrave: 'Propose', submitTitle: 'Put this rule in force?', submitNote: 'Whoever fits it can look at once.', submitGraveNote: 'A second person approves this rule before it is in force.', submitted: 'Submitted', approve: 'Approve', approveTitle: 'Approve this rule?', approveNote: 'It is in force at once. Nobody approves what they proposed themselves.', return: 'Return', returnTitle: 'Return this rule?', decided: 'Done',
    end: 'End', endTitle: 'End this rule?', endNote: 'They can look no more at once; an ended rule does not come back.', ended: 'Ended', covers: 'about {{count}} objects now', proposedBy: 'Proposed by {{name}}', approvedBy: 'Approved by {{name}}', reEdit: 'A rule that needs approval stops when it is changed, until it is approved again.',
    policyNote: 'The form makes the policy. The security administrator may write it by hand; then the form no longer decides, and a second person approves it.', policyEdit: 'Write by hand', policySave: 'Save policy', policyForm: 'Back to the form', policySaved: 'Policy saved', policyFine: 'The policy can be used', policyCheck: 'Check',
  },
  explain: {
    title: 'Who sees what', note: 'Choose an organisation and an object: which rules permit or forbid, and why. Every question is in the audit log.', organisation: 'Organisation', organisationNote: 'Others are found by their whole name or code.', kind: 'Kind', object: 'Object', ask: 'Ask', sees: '{{who}} sees “{{what}}”', seesNot: '{{who}} does not see “{{what}}”', owner: 'Owner: {{name}}', rules: 'Rule by rule', none: 'No rule is about this object', says: { permits: 'Permits', forbids: 'Forbids', nothing: 'Says nothing', error: 'Fails' }, choose: 'Choose an organisation and an object.', chooseObject: 'Type a name',
  },
  problems: {
    rule: { invalid: 'The rule is incomplete or wrong.', ended: 'An ended rule cannot be changed.', state: 'The rule\'s state does not allow this.', four_eyes: 'A second person approves, not the one who proposed it.', others: 'You cannot change this rule.', many: 'There are too many rules; {{limit}} at most.' },
    policy: { invalid: 'The policy is wrong (line {{line}}, column {{column}}).' },
  },
}
