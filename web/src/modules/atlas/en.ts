import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** English texts of the room. */
export const en: Translation<typeof zh> = {
  chains: {
    title: 'Industrial chains', note: 'Who of the city stands at which stage; what is missing and what is weak', stages: 'Stages', version: 'Version', updated: 'Updated', search: 'Name of a chain', empty: 'There is no chain yet', emptyNote: 'The bureau brings in chains as a table or as Turtle',
    bring: 'Bring in a chain', name: 'Name in Chinese', nameEn: 'Name in English', file: 'Choose a CSV, XLSX or Turtle file, or drop it here', reading: 'Reading', read: '{{stages}} stages and {{links}} links were read', why: 'Note on the version', whyNote: 'What is new, and on whose word',
    save: 'Save', propose: 'Send the proposal', template: '{{format}} template', mend: 'The file has errors; mend them and choose it again', line: 'Line', column: 'Column', wrong: 'Problem', saved: 'Saved', sent: 'The proposal was sent', proposals: 'Proposals', another: 'Bring in another version', proposeOne: 'Propose a change', cancel: 'Cancel',
  },
  map: {
    title: 'Chain map', day: 'Day', today: 'Today', local: '{{n}} of the city', missing: 'Missing stages', weak: 'Weak stages', sound: 'Stages', broken: 'End products without a whole way', basisPresence: 'Judged by who stands where; no figures were used', basisFigures: "Judged by output and purchases as the bureau has them",
    picture: 'Export picture', download: 'Download', history: 'Versions', note: 'Note', who: 'Who', at: 'At', list: 'List of stages', stage: 'Stage', state: 'State', enterprises: 'Enterprises of the city', outside: 'Candidates outside', why: 'Why', nobody: 'No enterprise of the city', find: 'Find candidates to attract', gaps: 'Analyse gaps', attract: 'Candidates to attract',
    legend: 'Legend', close: 'Close', selected: 'Chosen stage', product: 'Product', use: 'Choose a stage in the list or with the Tab key', ends: 'End products', way: 'Way', whole: 'Whole', partial: 'Broken', slide: 'Drag to look at days before', figures: { output: 'Output (10 000 CNY)', demand: 'Demand (10 000 CNY)', coverage: 'Coverage', concentration: 'Concentration', dependence: 'From outside' },
  },
  states: { sound: 'Sound', weak: 'Weak', missing: 'Missing', absent: 'Nobody, no demand', broken: 'Broken', buyer: 'Buyer' },
  ask: {
    title: 'Ask the graph', note: 'Every answer has reasons, a way and sources', question: 'Question', go: 'Ask', what: 'Product, technology or stage', near: 'Near the district', nearOne: 'Near the enterprise', anywhere: 'Any', chain: 'Chain', stage: 'Stage', allMissing: 'All missing stages', node: 'Enterprise or node', to: 'To', since: 'Compared with',
    none: 'Nothing fits', noneNote: 'Try another word or question', more: 'There is more; the first {{n}} are shown', keep: 'Keep as a list', attract: 'Follow as a lead', listName: 'Name of the list', kept: 'The list is kept', open: 'Open the list', score: 'Score', reasons: 'Reasons', way: 'Way and sources', name: 'Name', km: '{{n}} km', steps: '{{n}} steps', graph: 'Change {{n}} of the graph, {{day}}', sourceNames: { directory: 'Public in the directory', chain: 'Version of a chain', import: 'Import' },
    until: 'until {{day}}', from: 'since {{day}}', restricted: 'For the bureau only', show: '{{n}} facts', choose: 'Choose', query: 'Query by steps', queryNote: 'As enterprise("name") -makes-> product <-makes- outside; nodes: enterprise outside chain stage product technology district industry; edges: at makes uses in of feeds part yields supplies',
    kinds: { who: 'Who can do something', gaps: 'Missing and weak stages of a chain', stop: 'What breaks if an enterprise stops', candidates: 'Candidates outside to attract', way: 'Ways of cooperation between two', similar: 'Similar enterprises', emerging: 'Emerging links of technologies' },
  },
  reasons: {
    'no-enterprise': 'No enterprise of the city', 'no-demand': 'No demand here', 'low-coverage': 'Low coverage', 'one-enterprise': 'One enterprise only', concentrated: 'Concentrated', 'import-dependent': 'Depends on input from outside', 'one-supplier': 'Depends on one supplier', hangs: 'Others hang on it', 'breaks-end': 'Breaks an end product', needed: 'Needed', feasible: 'Within reach', related: 'Related product', outside: 'Candidates outside',
    'named-for-stage': 'Named for the stage', 'makes-product': 'Makes the product', 'supplies-local': 'Supplies an enterprise here', 'shares-technology': 'Shares a technology with neighbours', makes: 'Makes', uses: 'Has the technology', at: 'Is at the stage', 'same-district': 'Same district', shared: 'In common', hops: 'Steps', together: 'Enterprises with both', 'together-before': 'Enterprises with both before', 'end-breaks': 'The end product breaks',
    'was-sound': 'Was sound', 'was-weak': 'Was weak', 'was-missing': 'Was missing', 'was-absent': 'Was absent', buys: 'Share of its purchases',
  },
  nodes: { enterprise: 'Enterprise', outside: 'Enterprise outside', chain: 'Chain', stage: 'Stage', product: 'Product', technology: 'Technology', district: 'District', industry: 'Industry', position: 'Position in no chain' },
  edges: { at: 'is at', makes: 'makes', uses: 'has', in: 'is in', of: 'is of', feeds: 'goes into', part: 'is part of', yields: 'yields', supplies: 'supplies' },
  explorer: {
    title: 'Explore the graph', note: 'Drag to move, wheel to zoom, click a node; arrow keys move too', find: 'Find a node', start: 'The most important nodes', around: 'Centre on it', hops: 'Reach', hop: '{{n}} hops', nodes: '{{n}} nodes', edges: '{{n}} edges', cut: 'A part is shown', as: 'As a list', list: 'List of nodes', png: 'Export PNG', svg: 'Export SVG', kinds: 'Kinds shown', kind: 'Kind', empty: 'The graph has no nodes yet', emptyNote: 'They come with accepted entries and with chains',
    relations: 'Edges', open: 'Open its page', day: 'Day', canvas: 'Picture of the graph; its nodes are in the list below', back: 'Back to the whole', source: 'Source', region: 'Region', many: 'Too many edges; a part is shown', limit: 'Nodes at most',
  },
  lists: { title: 'Lists', note: 'Answers that were kept, as they were on the day', name: 'List', question: 'Question', items: 'Items', by: 'Kept by', at: 'Kept at', empty: 'There is no list yet', emptyNote: 'Keep an answer as a list on the page of a chain or of questions', search: 'Name of a list', remove: 'Remove', removed: 'The list is removed', removeNote: 'The list cannot be brought back', download: 'Download {{format}}', link: 'Lists' },
  proposals: { title: 'Proposals on chains', note: 'Experts propose; somebody else of the bureau reviews', chain: 'Chain', status: 'Status', by: 'Who', at: 'At', empty: 'There are no proposals', emptyNote: 'Propose a change on the page of a chain', accept: 'Accept', refuse: 'Refuse', reason: 'Reason', withdraw: 'Take back', withdrawn: 'Taken back', done: 'Decided', changes: 'Changes', base: 'On version {{n}}', stageKinds: { added: 'New stage', removed: 'Stage removed', changed: 'Stage changed' }, linkKinds: { added: 'New link', removed: 'Link removed' }, statuses: { proposed: 'To be reviewed', accepted: 'Accepted', refused: 'Refused', withdrawn: 'Taken back' }, acceptNote: 'It becomes the present version of the chain', mine: 'Mine', decided: 'Decided by', search: 'Chain or note' },
  import: { title: 'Bring in enterprises outside and relations', note: 'Rows that do not say public are for the bureau only; rows with amounts always are', outside: 'Enterprises outside', relations: 'Relations of enterprises', what: 'What the file holds', preview: 'The file brings {{nodes}} nodes and {{edges}} edges', take: 'Take over', taken: '{{nodes}} nodes and {{edges}} edges were taken over', first: 'The first edges', again: 'A later file about the same enterprise counts; what was before ends on the day' },
  problems: {
    chain: { invalid: 'The chain does not hold: {{why}}', taken: 'There is a chain of this name', name: 'Name the chain in Chinese', kept: 'Only chains of the demonstration city can be removed' },
    city: "This is for the city's bureau", day: 'Choose a day until today', question: 'The question is not complete', query: 'The query is wrong at character {{character}}', turtle: 'The Turtle file is wrong: {{why}}', too_long: 'The answer takes too long; ask for less',
    proposal: { decided: 'This proposal was decided on', theirs: 'Who proposed it takes it back', own: 'Somebody else decides on what one proposed', reason: 'Say why', same: 'The proposal changes nothing', old: 'The chain has another version since: {{base}} is proposed upon, {{present}} is the present one' },
    import: { rows: '{{count}} rows are wrong; nothing was taken over' },
    list: { title: 'Name the list' },
  },
}
