import type { Translation } from '../../kernel'
import { attractionEn, attractionProblemsEn } from './attractionEn'
import { diagnosisEn, diagnosisProblemsEn } from './diagnosisEn'
import { servicesEn, servicesProblemsEn } from './servicesEn'
import { marketEn, needProblemsEn, providerProblemsEn } from './marketEn'
import { requestEn, requestProblemsEn } from './requestEn'
import { cultivationEn, cultivationProblemsEn } from './cultivationEn'
import { policyEn, policyProblemsEn, ruleProblemsEn } from './policyEn'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: Translation<typeof zh> = {
  diagnosis: diagnosisEn,
  services: servicesEn,
  attraction: attractionEn,
  market: marketEn,
  policy: policyEn,
  cultivation: cultivationEn,
  request: requestEn,
  list: {
    title: 'Directory of enterprises', note: 'Name, code, district and industry are public; the enterprise chooses who sees the rest', views: { list: 'List', map: 'Map', industries: 'Industries' }, enter: 'Enter an enterprise', mine: 'My enterprise', file: 'File my enterprise', total: 'Enterprises', totalNote: 'accepted', industries: 'Industries', waiting: 'To be reviewed', own: 'Mine',
    search: 'Name or unified social credit code', empty: 'No enterprise is in the directory yet', emptyNote: 'Enterprises show here once their entry is accepted.', emptyBureau: 'Enter one, import many, or wait for enterprises to file.', byDistrict: 'Enterprises by district', byIndustry: 'Enterprises by industry', numbers: 'Numbers', sites: 'Sites', sitesNote: 'Sites whose position the enterprise made public. A point on the map opens its enterprise.', sitesMore: 'The first 5,000 sites are shown: choose a kind.', noSites: 'There are no sites to show. Enterprises give the position of a site in their entry.',
  },
  field: {
    name: 'Name', code: 'Unified social credit code', district: 'District', industry: 'Industry', industryClass: 'Class of industry', size: 'Size', status: 'Status', foundedOn: 'Founded on', capital: 'Registered capital (10 000 CNY)', address: 'Address', website: 'Website', products: 'Products', technologies: 'Technologies', description: 'Description', chains: 'Position in industrial chains', chain: 'Chain', stage: 'Stage',
    staff: 'Staff', year: 'Year', persons: 'Persons', revenue: 'Revenue', amount: 'Revenue (10 000 CNY)', band: 'Band of revenue', sites: 'Sites', siteName: 'Site', kind: 'Kind', longitude: 'Longitude', latitude: 'Latitude', position: 'Longitude, latitude', area: 'Floor area (m²)', qualifications: 'Qualifications', qualification: 'Valid qualification', qualificationName: 'Name or level', number: 'Number', issuer: 'Issuer',
    validFrom: 'Valid from', validUntil: 'Valid until', validity: 'Validity', contacts: 'Contacts', contact: 'Contact', contactName: 'Name', post: 'Post', phone: 'Telephone', email: 'E-mail', submitted: 'Submitted', updated: 'Updated',
  },
  form: {
    missing: 'Enter {{label}}', optional: 'Optional', codeNote: '18 characters; cannot be changed afterwards', industryClassNote: 'Group or class of GB/T 4754, as C3521', tagsNote: 'Press Enter after each', revenueNote: 'An amount or a band; for the bureau only unless you choose otherwise.', evidenceNote: 'Once saved, upload the evidence of each under Qualifications.', add: 'Add', addTo: 'Add: {{what}}', removeRow: 'Remove {{what}}, row {{n}}', noRows: 'None given',
  },
  group: { code: 'Unified social credit code', name: 'Name', district: 'District', industry: 'Industry', location: 'Address and sites', founding: 'Founding and capital', business: 'Chains, products and technologies', size: 'Size', staff: 'Staff', finance: 'Revenue', contacts: 'Contacts', qualifications: 'Qualifications', evidence: 'Evidence', answers: 'Answers of diagnoses' },
  groupNote: {
    location: 'Address, position and floor area of sites', founding: 'What the business licence says', business: 'Chains, products, technologies, website and description', size: 'Large, medium, small or micro', staff: 'Staff of each year', finance: 'Revenue of each year, as an amount or a band', contacts: 'Name, post, telephone and e-mail; always masked in lists', qualifications: 'Kind, number, issuer and validity', evidence: 'Never for more than the qualifications themselves',
  },
  mine: {
    title: 'File my enterprise', note: 'Once the bureau accepts it, it is in the directory; from then on you keep it.', submit: 'Submit for review', refused: 'The last entry was refused; you may file another.', refusedOpen: 'See why', claimTitle: 'The directory has your enterprise already', claimNote: 'The bureau has entered the enterprise with the code {{code}}. Take it over to keep it yourself.', claimWhat: 'Your enterprise will keep the entry and choose who may see what.', claim: 'Take it over', bureau: 'The bureau has no entry of its own', bureauNote: 'It enters enterprises in the directory.',
  },
  entering: { title: 'Enter an enterprise', note: 'What the bureau enters is in the directory at once; the enterprise can take it over by its code.', submit: 'Enter' },
  entry: {
    title: 'Entry of an enterprise', profile: 'Profile', partner: 'Seen as a partner', returned: 'The entry was sent back: mend it and submit it again', refused: 'The entry was refused', removed: 'The entry was deleted as the enterprise asked; what records of others need is left: name, code, district and industry', toReview: 'This entry waits for review', submitted: 'Submitted; the bureau reviews it', submittedNote: 'You are notified of the outcome. Once accepted, you can be diagnosed, publish needs and register as a service provider.', next: 'What to do next', nexts: { diagnosis: 'Begin a diagnosis', need: 'Publish a need', policies: 'Policies that fit my enterprise', provider: 'Find a provider, or become one' }, expiring: 'Qualifications that end within 60 days: {{n}}', hidden: 'The enterprise does not show you: {{what}}', notShown: 'Not shown', edit: 'Edit', mend: 'Mend and submit again', again: 'Submit again', save: 'Save', saved: 'Saved', remove: 'Remove', removeTitle: 'Remove this enterprise?', removeNote: 'Only demonstration data can be removed.',
  },
  qualification: {
    valid: 'Valid', expiring: 'Ends soon', expired: 'Ended', until: 'until {{day}}', always: 'without end', evidence: 'Evidence', attach: 'Upload', none: 'No qualifications', noneHow: 'Add them with Edit.', noneNote: 'The enterprise has given none.', hidden: 'The enterprise does not show you its qualifications.', removeTitle: 'Remove the file {{name}}?', removeNote: 'It is no longer listed; its content is kept.',
  },
  consent: {
    title: 'Who may see what', note: 'Name, code, district and industry are always public. Public means everybody who is signed in; partners are organisations with which you share the entry by a sharing rule; the bureau sees all, and its reading is on record.', notYours: 'The enterprise itself chooses.', public: 'Public', partners: 'Partners', bureau: 'Bureau only', save: 'Save choices',
  },
  access: { title: 'Access log', at: 'Last', who: 'Who', fields: 'What', way: 'How', times: 'Times that day', ways: { page: 'Page', list: 'List or download', evidence: 'File', diagnosis: 'Diagnosis' }, search: 'Person or organisation', none: 'Nobody yet', note: 'When somebody is shown or downloads what is not public, it stands here.' },
  history: {
    title: 'History', at: 'Time', kind: 'What', by: 'By', reason: 'Reason',
    kinds: { filed: 'Filed', entered: 'Entered by the bureau', imported: 'Imported', edited: 'Edited', resubmitted: 'Submitted again', accepted: 'Accepted', returned: 'Sent back', refused: 'Refused', invited: 'Invited to keep it', claimed: 'Taken over by the enterprise', consent: 'Choices of who may see', evidence: 'Evidence uploaded', merged: 'Merged', unmerged: 'Merge undone', corrected: 'Corrected as asked', removed: 'Deleted as asked' },
  },
  decision: {
    done: 'Decided', accepted: 'Accept', returned: 'Send back', refused: 'Refuse', acceptedTitle: 'Accept this entry?', returnedTitle: 'Send this entry back?', refusedTitle: 'Refuse this entry?', acceptedNote: 'The enterprise will be in the directory, and is told.', returnedNote: 'The enterprise is told why, mends the entry and submits it again.', refusedNote: 'This ends the entry; the enterprise may file another.', reason: 'Why, and what to mend', reasonOptional: 'Remark (optional)',
  },
  review: {
    title: 'Review of entries', note: 'Decide on entries, and read the whole register', waiting: 'To be reviewed', register: 'Whole register', empty: 'No entry waits', emptyNote: 'You are told when an enterprise files one.', registerNote: 'Holds what is not public: every reading and download stands in the access log of the enterprise. Contacts are masked.',
  },
  invitations: {
    title: 'Invitations', note: 'Enterprises of the directory that nobody keeps: invite them to join and to keep their own entry. Who accepts makes the organisation, manages it and takes the entry over; no review follows.', invite: 'Invite {{n}}', most: 'At most {{most}} are invited at once.', invited: 'Invited before', notYet: 'Not yet', already: 'Invited', email: 'E-mail of the contact (masked)', byLink: 'none: by link', state: 'Invitation', states: { open: 'Open', expired: 'Expired', accepted: 'Accepted', declined: 'Declined', revoked: 'Revoked' },
    empty: 'There is nobody to invite', emptyNote: 'Enterprises that the bureau entered or imported, and that nobody keeps, show here.', send: 'Send', what: 'The invitation goes to the first contact of the entry who has an e-mail address. Without one, or without a mail server, the link is shown for you to copy. Each link works once.', words: 'Words', days: 'Valid for days', language: 'Language of the e-mail', outcomes: 'What became of it', done: '{{n}} invited; the links of {{mailed}} are on their way by e-mail.', once: 'The links are shown this once: copy them and hand them to the enterprises.', links: 'Links of invitations',
    outcome: { mailed: 'Mailed', invited: 'By link', exists: 'Has an organisation: it takes the entry over', open: 'Invited already, still open', applied: 'Has applied itself, waits for review' }, one: 'Invite to keep it',
  },
  import: {
    title: 'Import', note: 'First checked, then entered as a whole; with one wrong row nothing is. Codes that the directory has stay as they are.', template: '{{format}} template', drop: 'Click, or drop a CSV or XLSX file here', busy: 'Working', new: 'New enterprises', known: 'Known already', knownNote: 'stay as they are', wrong: 'Wrong', mend: 'Mend these rows and upload the file again; nothing was entered.', line: 'Line', column: 'Column', why: 'Why', first: 'Enterprises to enter (the first 20)', enter: 'Enter {{n}} enterprises', done: '{{n}} enterprises were entered',
  },
  merge: {
    title: 'Duplicates', note: 'Entries that may be one enterprise: compared, merged into one, and parted again', likely: 'Likely duplicates', merges: 'Merges', none: 'No likely duplicates were found', rules: 'The rules: the same name without city and form of company; the same address and names alike; a contact with the same telephone number. 200 pairs at most.', one: 'One', two: 'The other', reason: 'Because of', reasons: { name: 'Same name', address: 'Same address, names alike', phone: 'Same telephone number' },
    compare: 'Compare', survivor: 'Stays', other: 'Goes into it', taken: 'Taken from the other', take: 'Take', takeWhat: 'Take: {{what}}', stays: 'Which one stays', staysAs: 'Keep {{name}} ({{code}})', both: 'Both are kept by organisations of their own, and cannot be merged.', how: 'Qualifications that are taken are added to its own, and evidence goes with them; contacts stay as they are. What is taken is for no more than either enterprise chose.', merge: 'Merge', confirm: 'Merge these entries?', confirmNote: 'The entry {{other}} leaves the directory, and its code leads to {{survivor}}. It can be undone until the one that stays is changed.',
    done: 'Merged', apart: 'Two enterprises', apartNote: 'This pair is listed no more.', apartDone: 'Noted as two enterprises', undo: 'Undo', undone: 'Undone', undoTitle: 'Undo this merge?', undoNote: 'Both entries are again what they were.', over: 'Changed since', noMerges: 'No merges yet', noMergesNote: 'Compare and merge likely duplicates.',
  },
  problems: {
    diagnosis: diagnosisProblemsEn,
    service: servicesProblemsEn,
    lead: attractionProblemsEn,
    provider: providerProblemsEn,
    need: needProblemsEn,
    policy: policyProblemsEn,
    cultivation: cultivationProblemsEn,
    request: requestProblemsEn,
    rule: ruleProblemsEn,
    merge: { same: 'An entry is not merged with itself.', status: 'An accepted entry takes in one that is accepted or waits.', kept: 'Both are kept by organisations of their own.', group: 'There is no such group of fields.', over: 'It was undone, or the entry was changed since.' },
    city: 'This is for the bureau of the city.',
    invitation: { kept: '{{name}} keeps its entry itself, or the entry is not accepted; nobody was invited.', many: 'At most 500 are invited at once.' },
    entry: { invalid: 'The entry is incomplete or wrong.', taken: 'The directory has this code already, or your organisation has an entry.', decided: 'This entry does not wait for a decision.', reason: 'Say why.', refused: 'This entry was refused; file another.', not_yours: 'This is for the enterprise itself, and for the bureau.', bureau: 'Reviewers of the bureau enter enterprises.', other_code: 'Your organisation is registered with the code {{code}}.', claim: 'Take over only an entry with the code of your organisation, which nobody keeps.', kept: 'Only demonstration data can be removed.' },
    consent: { invalid: 'These choices do not go together.', not_yours: 'The enterprise itself chooses.' },
    evidence: { full: 'There are {{limit}} files, the most; removed ones count.', qualification: 'Save the qualification first.' },
    import: { rows: '{{count}} findings; nothing was entered.' },
  },
}
