import type { attractionProblemsZh, attractionZh } from './attractionZh'

/** Texts of attraction in English. */
export const attractionEn: typeof attractionZh = {
  title: 'Attraction', note: 'From a lead to visits, a commitment and landing, which counts with evidence and an entry of the directory', board: 'Board', list: 'List', add: 'Add a lead', search: 'Company, origin, chain or gap', none: 'No leads yet', noneNote: 'The bureau adds them, or they come from gaps of chains.', toGaps: 'See the chains', empty: 'None', more: 'All {{n}}', leads: 'Leads: {{n}}', planned: 'Planned: {{n}} × 10 000 CNY',
  stages: { lead: 'Lead', visited: 'Visited', committed: 'Committed', landed: 'Landed', lost: 'Lost' }, sources: { city: 'Found by the city', partner: 'Named by a partner', analysis: 'Gap of a chain', company: 'Came by itself' },
  field: { company: 'Company', origin: 'Origin', industry: 'Industry', chain: 'Chain', gap: 'Gap to fill', source: 'Source', stage: 'Stage', investment: 'Investment (10 000 CNY)', owner: 'Followed by', next: 'Next step', landed: 'Landed on', entry: 'Directory', reason: 'Why it was lost', evidence: 'Evidence', year: 'Year of landing', due: 'To follow', changed: 'Changed' }, dueNow: 'Due', missing: 'Fill in: {{label}}', save: 'Save', saved: 'Saved', edit: 'Edit', take: 'I follow it',
  acts: { visit: 'Note a visit', commit: 'Note a commitment', land: 'It has landed', lose: 'It is lost', reopen: 'Take it up again' }, day: 'Day', what: 'What was agreed', why: 'Why', code: 'Credit code of an accepted enterprise of the directory', done: 'Noted', needFile: 'Landing needs evidence first.', attach: 'Upload evidence', history: 'What became of it', kinds: { added: 'Added', edited: 'Edited', visit: 'Visit', commit: 'Commitment', land: 'Landing', lose: 'Lost', reopen: 'Taken up again' },
}

/** What the doors of attraction refuse with. */
export const attractionProblemsEn: typeof attractionProblemsZh = { invalid: 'The lead is incomplete or wrong.', stage: 'This cannot be done in this stage.', no_evidence: 'What has landed needs evidence: attach it first.', twice: 'The enterprise {{code}} has landed by another lead: it counts once.', kept: 'Only demonstration data can be removed.', files_full: '{{limit}} files at most.' }
