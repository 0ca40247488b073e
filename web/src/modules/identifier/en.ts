import type { Translation } from '../../kernel'
import type { zh } from './zh'

/** Texts of this room in English. */
export const en: Translation<typeof zh> = {
  resolve: {
    title: 'Resolve an identifier', note: 'Asks node after node from the root down, and shows who answered at every step.', box: 'Type, paste or scan an identifier', boxNote: 'As 88.101.5/T001. A hand scanner resolves at once; hdl: and links of public resolvers are understood too.', go: 'Resolve', fresh: 'Ask everybody afresh', freshNote: 'Nothing from the cache: from the root down again',
    start: 'Give an identifier to see its values and the way to them', startNote: 'You see all values that are public, which nodes were asked in which order, and how many milliseconds each took.', again: 'Resolve again', busy: 'Asking the nodes', asked: 'Identifier', aliases: 'by way of {{list}}', took: 'took {{ms}} ms', values: 'Values', valueCount: '{{count}} values', noValues: 'No values that everybody may read', way: 'The way', table: 'Step by step ({{count}} steps)',
    cached: 'From the cache', freshly: 'Answered by the node', stale: 'Out of date', staleNote: 'The service does not answer at the moment. These values were known before and may have changed.', trusted: 'Trusted', trustedNote: 'Signatures of all values hold up to the root', untrusted: 'Not verified', untrustedNote: 'The values are not signed, or the signatures do not lead to the root; the way tells whether the answers are signed', rootMissing: 'There is no root node to begin at', rootMissingNote: 'The bureau founds a root node, or names an existing one under identifier.root in the configuration.', found: 'Found a root node', original: 'In the words of the node: {{text}}', more: 'Show all', less: 'Show less', link: 'Link to this result',
  },
  way: {
    from: 'Recursive node', fromNote: 'asks for you', end: 'Result', ask: 'Asked', cache: 'Cache', policy: 'Own policy', trust: 'Check of a signature', unknownNode: 'Node elsewhere', place: 'where is the service', values: 'what are the values', known: 'known for {{value}} more', hours: '{{n}} h', minutes: '{{n}} min', seconds: '{{n}} s', was: 'where the service was', stale: 'the service is silent; known from before', blocked: 'blocked by the policy', forced: 'answered by the policy', signature: 'the signature in value {{value}}', proof: 'is the proof right', led: 'as it was referred',
    noAnswer: 'no answer', ms: '{{ms}} ms', signed: 'Signature of the answer holds', unsigned: 'Answer not signed', holds: 'Signature holds', fails: 'Signature does not hold', leads: 'leads to', moreLeads: '{{count}} doors, such as', step: 'Step', what: 'What', about: 'Identifier', node: 'Node', server: 'Address', protocol: 'Protocol', took: 'ms', answer: 'Answer', cached: 'Cached', check: 'Signature', yes: 'Yes', no: 'No',
  },
  verdict: {
    found: { title: 'Resolved', short: 'Success', note: '' },
    notFound: { title: 'There is no such identifier', short: 'Not found', note: 'The node that it belongs to does not have it. See whether it is complete and spelt right; if it was registered a moment ago, or its prefix was allocated just now, ask everybody afresh.' },
    noValues: { title: 'The identifier exists, and no value of it is public', short: 'No values', note: 'Its values may be for administrators only, or none is of the type asked for. Ask whoever operates its node.' },
    error: { title: 'The node failed', short: 'Error', note: 'Mostly a fault inside the node, or its site cannot be reached. Try again soon; if it stays, give whoever operates the node its words below.' },
    busy: { title: 'The node is busy', short: 'Busy', note: 'It takes no more questions right now. Try again in a few seconds.' },
    protocol: { title: 'The node finds fault with the question', short: 'Protocol error', note: 'The two may speak different versions. Give whoever operates the node the way below.' },
    unsupported: { title: 'The node does not take such questions', short: 'Not supported', note: 'See that the node is one for identifier resolution, and update its software.' },
    loop: { title: 'Nodes lead to each other without end', short: 'Too many steps', note: 'Sites of nodes above and below name each other. Look for addresses that repeat in the way; their operators have to correct them.' },
    readOnly: { title: 'The node is being backed up and can only be read', short: 'Read only', note: 'Resolution mostly goes on; to change identifiers, try again later.' },
    invalid: { title: 'This is no identifier', short: 'Invalid', note: 'An identifier is a prefix, a slash and a suffix, as 88.101.5/T001.' },
    outdated: { title: 'What is known of the site is out of date', short: 'Site outdated', note: 'Ask everybody afresh to get the present site.' },
    notResponsible: { title: 'The server is not responsible for this identifier', short: 'Not responsible', note: 'The site that the node above names is not the right one, or it has just changed. Ask everybody afresh first; if it stays, whoever operates the prefix has to check its site.' },
    serviceReferral: { title: 'The node leads to another service, which was not reached', short: 'Service referral', note: 'See whether the address that the last step leads to can be reached, and have whoever operates the node check its service.' },
    prefixReferral: { title: 'The node leads to a node below, which was not reached', short: 'Prefix referral', note: 'The site of the node below may be missing or out of reach. Whoever operates the prefix has to check its site.' },
    proof: { title: 'The node wants proof of who asks', short: 'Proof wanted', note: 'This identifier is not public. Read it by the means of its node.' },
    denied: { title: 'You may not read this identifier', short: 'Denied', note: 'Ask whoever operates its node for permission.' },
    limited: { title: 'Over the limits of the node', short: 'Limited', note: 'Try again later, or ask whoever operates the node for a higher limit.' },
    silent: { title: 'The node does not answer', short: 'No answer', note: 'It may be down, or a network or firewall is in between. Look for the silent address in the way, check its port, and try again.' },
    other: { title: 'The node answers with code {{code}}', short: 'Code {{code}}', note: 'Give whoever operates the node the code and the way below.' },
  },
  value: {
    index: 'Index', type: 'Type', data: 'Data', ttl: 'TTL (s)', time: 'Time', access: 'Read by', public: 'Everybody', secret: 'Administrators', admin: 'Administrator {{who}}', allRights: 'all rights', rights: 'rights {{rights}}', site: 'Site, serial {{serial}}', key: '{{text}} public key', octets: 'binary, {{count}} octets', hidden: 'the key is not shown', expires: 'good for {{count}} s',
  },
  type: {
    URL: 'Web address', EMAIL: 'E-mail', DESC: 'Description', HS_ALIAS: 'Alias', HS_ADMIN: 'Administrator', HS_SITE: 'Site', HS_SITE_PREFIX: 'Site of prefixes below', HS_SERV: 'Service', HS_PUBKEY: 'Public key', HS_SECKEY: 'Secret key', HS_VLIST: 'List of values', HS_CERT: 'Certificate', HS_SIGNATURE: 'Signature', HS_NAMESPACE: 'Namespace', INET_HOST: 'Host',
  },
  field: {
    name: 'Name', prefix: 'Prefix', role: 'Role', state: 'State', above: 'Node above', operator: 'Operator', industry: 'Industry', crossIndustry: 'Cross-industry', district: 'District', hosting: 'Hosting', below: 'Nodes below', until: 'Valid until', contact: 'Contact', contactName: 'Contact', contactPhone: 'Telephone', contactEmail: 'E-mail',
    door: 'Door', site: 'Site', publicKey: 'Public key of the prefix', created: 'Founded', reason: 'Reason', node: 'Node', handle: 'Identifier', values: 'Values', registered: 'Registered', changed: 'Changed',
  },
  hosting: { hosted: 'Hosted', alone: 'Alone', hostedNote: 'Identifiers are kept here, and answered for from here', aloneNote: 'Identifiers are kept at a node of the operator; its site is registered here' },
  nodes: {
    title: 'Nodes', note: 'A root allocates prefixes to secondary nodes, and these to enterprises.', asTree: 'Tree', asList: 'List', found: 'Found a node', apply: 'Apply for a prefix', foundRoot: 'Found a root node', none: 'No nodes yet', noneNote: 'Found a root node first, then secondary nodes below it; enterprises can then apply for prefixes.', noneView: 'Ask the bureau to found a root and a secondary node; then you can apply for a prefix here.', waiting: 'Waiting for review', suspended: 'Suspended', search: 'Prefix, name or operator',
    fold: 'Fold or unfold {{name}}', secondaries: '{{count}} secondary nodes', enterprises: '{{count}} enterprise nodes', noEnterprises: 'No enterprise nodes yet', moreBelow: '{{count}} more in the list',
  },
  node: {
    title: 'Node', handles: 'Identifiers', below: 'Nodes below', entry: 'About the node', edit: 'Edit', saved: 'Saved', move: 'Change state', moved: 'The state is changed', review: 'Review', decide: 'This application waits for you: check operator, prefix and site, then let it in or refuse it.', waiting: 'The application waits for the node above; the outcome will show here.', because: ': {{reason}}', refusedNote: 'The prefix was not allocated. Mend what the reason names and apply again, for another prefix.', suspendedNote: 'Identifiers still resolve, and cannot be registered or changed.', revokedNote: 'Identifiers of this prefix resolve no more.', closed: "The node's door is closed at the moment, so identifiers do not resolve; the system's health says why.",
    count: 'Identifiers', countPrefixes: 'with those of prefixes', left: '{{count}} days left', over: '{{count}} days over', foundBelow: 'Found a node below', hasKey: 'Registered: the prefix can be administered by the protocol', hasNoKey: 'None',
  },
  move: { trial: 'Let in as “{{state}}”', in_service: 'Move to “{{state}}”', refused: 'Refuse', suspended: 'Suspend', revoked: 'Revoke' },
  moveNote: {
    trial: 'The prefix {{prefix}} resolves at once, and its operator can register identifiers.', in_service: 'The prefix {{prefix}} goes into service.', refused: 'The prefix {{prefix}} is not allocated; the operator is told why.', suspended: 'Identifiers of {{prefix}} still resolve and cannot be registered or changed; the operator is told why.', revoked: 'No identifier of {{prefix}} resolves any more, and there is no way back; the operator is told why.',
  },
  form: {
    found: 'Found a node', foundNote: 'It is in trial at once, and its prefix resolves.', apply: 'Apply for a prefix', applyNote: "A prefix for your organisation's node.", reviewFirst: 'Whoever operates the node above reviews it; then you can register identifiers.', submitFound: 'Found', submitApply: 'Apply', founded: 'The node is founded', applied: 'The application is made', missing: '{{label}} is missing', rootNote: 'Where resolution begins; one is enough for a city, and its prefix is always 0.NA.', secondaryNote: 'For an industry or a region; allocates prefixes to enterprises.', enterpriseNote: "An enterprise's own node, with identifiers of products, machines and parts.",
    prefixNote: 'Begins with the prefix of the node above; the next free number is filled in', prefixSecondary: 'Allocated by the national top node, as 88.101', operatorNote: 'Who registers and changes identifiers', untilNote: 'End of the contract for the prefix', siteNote: 'A running node has this file in its data directory', siteUpload: 'Choose a file', sitePaste: 'or paste what it says', doorNote: 'Which door answers', publicKeyNote: 'Optional: an HS_PUBKEY record in base64. With it identifiers of the prefix can be administered by the Handle protocol', looking: 'Looking', noRoot: 'No root node yet', noSecondary: 'No secondary node takes applications yet',
  },
  handles: { title: 'Identifiers', note: 'All identifiers that are hosted here, found by name, by value and by type.', search: 'Identifier', value: 'Value (reverse)', type: 'Type of a value', none: 'No identifiers yet', noneRegister: 'Register the first one; it resolves at once.', noneView: 'Whoever operates the node registers them.', noneAtAll: 'Once a node is in trial, whoever operates it registers identifiers on its page.' },
  handle: {
    register: 'Register an identifier', registerTitle: 'Register an identifier of {{prefix}}', registered: 'Registered; it resolves now', suffix: 'Suffix', suffixNote: 'As T001: the own code of a product, batch or machine; it cannot be changed later', resolve: 'Resolve', edit: 'Edit', remove: 'Remove', removed: 'The identifier is removed', removeTitle: 'Remove {{handle}}?', removeNote: 'It resolves no more; caches of other nodes forget it when their time is over.', changedAt: 'changed {{time}} (number {{change}})', closed: 'The node takes no changes in its present state', ofPrefix: 'This is the handle of a prefix; it follows from what is known of the node.', saved: 'The identifier is saved',
    overtaken: 'It was changed while you edited. These are the values now; what you typed is still below.', newest: 'Values now', accept: 'Seen: save mine over it', accepted: 'Yours will replace the values of now. Save again.', valueAt: 'Value {{n}}', addValue: 'One more value', dropValue: 'Drop', secret: 'Administrators only', octetsNote: 'Octets, kept as they are; to replace them, drop this value and add another', adminNote: 'Handle and rights of the administrator, as 300:0.NA/88.101.5 111111111111', secretNote: 'Never shown; leave it empty to keep it', aliasNote: 'Another identifier, whose values are given instead',
  },
  role: { root: 'Root node', secondary: 'Secondary node', enterprise: 'Enterprise node' },
  problems: {
    handle: { invalid: 'This is no identifier; it is a prefix, a slash and a suffix, as 88.101.5/T001.', elsewhere: 'This identifier is not hosted here; resolve it instead.', none: 'There is no such identifier.', exists: 'This identifier exists already.', changed: 'It was just changed by {{by}}; yours is not saved yet.', prefix: 'This is the handle of a prefix; edit its node.', not_yours: 'Identifiers are changed by who operates their node.', refused: 'The node refused the change.' },
    node: { invalid: 'The node is incomplete or wrong.', move: 'It cannot move so from its present state.', reason: 'Say why.', prefix_taken: 'This prefix is taken or applied for.', above: 'The node above takes no applications now.', not_yours: 'Whoever operates the node above decides.', closed: "The node's door is closed at the moment. Try again soon." },
    value: { base64: 'A value is not base64.', admin: 'An administrator is written as 300:0.NA/88.101.5 111111111111.' },
    root: { none: 'There is no root node yet: found one, or name one in the configuration.' },
  },
}
