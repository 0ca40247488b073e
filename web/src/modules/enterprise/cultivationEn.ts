import type { cultivationProblemsZh, cultivationZh } from './cultivationZh'

/** Texts of cultivation in English. */
export const cultivationEn: typeof cultivationZh = {
  title: 'Cultivation', note: 'The conditions of rungs are held against the profile one by one; only the enterprise and the bureau see the result. To meet them is no recognition.',
  tabs: { standing: 'My enterprise', results: 'Yearly results', overview: 'Overview' },
  checked: { official: 'Official text', secondary: 'Secondary source, not official', unchecked: 'Not checked against the official text', own: 'Rules of this system' },
  holds: 'Recognised', toRung: 'What lacks to this rung', outcomes: { met: 'Meets the conditions', unknown: 'Cannot tell', unmet: 'Does not meet them' },
  noEnterpriseNote: 'Once its entry is accepted, the rungs that it meets and what lacks to the others stand here.',
  ladder: 'Ladder', rung: 'Rung', year: 'Year', district: 'District', enterprise: 'Enterprise', outcome: 'Outcome', lacking: 'Conditions that lack', watch: 'Watch list', watchNote: 'One condition lacks', yes: 'Yes', held: 'Recognised', met: 'Meets the conditions', all: 'All', day: 'Profiles as of', by: 'Run by', enterprises: 'Enterprises',
  run: 'Run the yearly assessment', runNote: 'All enterprises of the city are held against the ladder; results of the same year are replaced.', ran: '{{n}} enterprises assessed', runs: 'Assessments', none: 'No results', noneNote: 'They stand here once the bureau has run the assessment of a year.', search: 'Enterprise',
}

/** What the doors of cultivation refuse with, in English. */
export const cultivationProblemsEn: typeof cultivationProblemsZh = { ladder: 'There is no such ladder.', year: 'The year has not begun.' }
