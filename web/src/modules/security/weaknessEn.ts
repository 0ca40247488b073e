import { listed } from './listedEn'

import type { zh } from './weaknessZh'

/** What pages of assets and weaknesses say in English. */
export const en: typeof zh = {
  weakness: {
    listed,
    missing: 'Fill in {{label}}', saved: 'Saved', none: 'None', yes: 'Yes', no: 'No',
    roles: {
      workstation: 'Workstation', hmi: 'Human-machine interface', plc: 'Programmable logic controller', rtu: 'Remote terminal unit', ied: 'Intelligent electronic device', historian: 'Data historian', control_server: 'Control server', application_server: 'Application server', gateway: 'Data gateway',
      safety_controller: 'Safety controller', vpn_server: 'VPN server', jump_host: 'Jump host', field_io: 'Field I/O', router: 'Router', switch: 'Switch', firewall: 'Firewall', dcs_controller: 'DCS controller', pac: 'Programmable automation controller',
    },
    reaches: { internet: 'From the internet', remote: 'By remote maintenance', internal: 'Within the plant', isolated: 'Isolated', unknown: 'Not known' },
    assetStates: { active: 'In use', retired: 'Out of use', merged: 'Merged' },
    gaps: { firmware: 'Firmware', vendor: 'Vendor', product: 'Product', identity: 'Identity', reach: 'Reach' },
    field: {
      name: 'Name', role: 'Role', vendor: 'Vendor', product: 'Product', model: 'Model', order_number: 'Order number', firmware: 'Firmware', serial: 'Serial number', addresses: 'Addresses', zone: 'Zone', zone_level: 'Security level of the zone', criticality: 'Criticality', reach: 'Reach', responsible: 'Responsible', site: 'Site', note: 'Note',
      mac: 'MAC address', ip: 'IP address', segment: 'Segment', station: 'PROFINET name', bacnet: 'BACnet instance', enterprise: 'Enterprise', state: 'State', affected: 'Advisories', unsure: 'Cannot tell', gaps: 'Not known', when: 'When', who: 'Who',
    },
    assets: {
      title: 'Assets', note: 'Declared by enterprises; the city sees figures, and detail only with consent', add: 'Declare asset', import: 'Import', inventory: 'Inventory', search: 'Name, vendor, model, address', empty: 'No assets yet', emptyNote: 'Declare them one by one, or import CSV or XLSX', emptyCity: 'Assets of enterprises that consent show here',
      gap: 'Not known', edit: 'Edit', retire: 'Take out of use', restore: 'Bring back', retired: 'Out of use', restored: 'Back in use', about: 'Asset', history: 'History', one: 'Asset', unknown: 'Not known', firmwareNote: 'Leave it empty where it is not known: advisories then cannot tell', segmentNote: 'An IP address without segment identifies nothing', addAddress: 'Add address', remove: 'Remove',
      comparing: 'Being compared with advisories', byRole: 'What advisories mean for it', productNote: 'As the vendor calls it, such as SIMATIC S7-1500', levels: 'Level {{n}}', noLevel: 'Not set', critical: { c1: '1 minor', c2: '2 moderate', c3: '3 important', c4: '4 critical' },
    },
    steps: { declared: 'Declared', changed: 'Changed', imported: 'Imported', retired: 'Taken out of use', restored: 'Brought back', merged: 'A duplicate was merged in', merged_away: 'Merged into another', unmerged: 'Merge undone' },
    import: {
      title: 'Import of assets', note: 'Look first, then import; with any error nothing is imported', template: '{{format}} template', drop: 'Drop or choose a CSV or XLSX file', busy: 'Reading', new: 'New', changed: 'Changed', same: 'Unchanged', wrong: 'Errors', mend: 'Mend these cells and choose the file again', line: 'Line', column: 'Column', why: 'Why',
      enter: 'Import {{n}} assets', done: 'Imported: {{n}} new, {{m}} changed', changes: 'What would change', what: 'Change', by: 'Known by', before: 'Before', after: 'After',
    },
    by: { serial: 'Vendor and serial number', mac: 'MAC address', bacnet: 'BACnet instance', station: 'PROFINET name', address: 'IP address and segment', likeness: 'Same name and model' },
    inventory: {
      title: 'Inventory', total: 'Assets in use', noFirmware: 'Firmware not known', noVendor: 'Vendor not known', noReach: 'Reach not known', industry: 'Industry', industryNote: 'Division of GB/T 4754, such as C34; for the city\'s figures', gaps: 'Gaps', pairs: 'Likely duplicates', merges: 'Merges', consent: 'Consent and looks', consents: 'Consents', accesses: 'Who looked',
      noPairs: 'No likely duplicates', keep: 'Keep this one', distinct: 'These are two', mergeNote: 'The other is merged into this one, which takes what it lacks. It can be undone.', merged: 'Merged', undo: 'Undo', undone: 'Undone', undoNote: 'Both are again what they were.', told: 'Noted',
      given: 'The city may see assets one by one', notGiven: 'The city sees figures only', give: 'Give consent', withdraw: 'Withdraw consent', withdrawNote: 'From then on the city sees figures only.', purpose: 'Purpose', until: 'Until', withdrawnAt: 'Withdrawn', day: 'Day', reader: 'Organisation', way: 'What', times: 'Times', assets: 'Assets',
      ways: { page: 'Page of an asset', list: 'List of assets', exposures: 'Exposure', zones: 'Zones and conduits', comparison: 'Planned, declared, seen', plans: 'Plans' }, empty: 'Nothing yet',
    },
    advisories: {
      title: 'Advisories', note: 'Security advisories in CSAF, in their newest revision', import: 'Import', search: 'Number, title, vendor', empty: 'No advisories', vendor: 'Vendor', severity: 'Severity', kev: 'Exploited', since: 'Released since', cve: 'CVE, CNVD or CNNVD', released: 'Released', affected: 'Affected assets', number: 'Number', revision: 'Revision', published: 'Publisher', one: 'Advisory',
      hits: 'Affects us', onlyHits: 'Only with affected assets', remediation: 'What to do', vulnerabilities: 'Vulnerabilities', products: 'Products', document: 'Download document', summary: 'Summary', tlp: 'TLP', fails: 'Mandatory tests that it fails', despite: 'Taken nevertheless because', enterprises: 'Affected enterprises', fewer: 'Fewer than 5', score: 'CVSS', epss: 'EPSS', forProducts: 'For', version: 'Versions', numbers: 'Order and model numbers', mine: 'Affected assets', description: 'Description', threat: 'Threat',
    },
    severities: { CRITICAL: 'Critical', HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low', NONE: 'Not rated' },
    remedies: { vendor_fix: 'Vendor fix', optional_patch: 'Optional patch', workaround: 'Workaround', mitigation: 'Mitigation', fix_planned: 'Fix planned', no_fix_planned: 'No fix planned', none_available: 'Nothing available', other: 'Other' },
    take: {
      title: 'Import of advisories', note: 'JSON in CSAF 2.0 or 2.1, or a zip of it; each is checked by the mandatory tests of the standard', drop: 'Drop or choose a JSON or zip file', outcomes: { new: 'New', newer: 'New revision', same: 'Known', older: 'Older, not taken', invalid: 'Fails tests', broken: 'Cannot be read' }, enter: 'Take {{n}}', done: '{{n}} taken; they are being compared with assets',
      despite: 'Also take what fails tests', despiteReason: 'Reason', documents: 'Documents', outcome: 'Outcome', tests: 'Failed tests', notRun: 'Not run: {{list}}', threats: 'Threat information', threatsNote: 'KEV (JSON of CISA), EPSS (CSV of FIRST) and SSVC (records of vulnrichment or a zip) decide what goes first', edition: 'Edition', entries: 'Entries', taken: 'Imported', choose: 'Choose file', threatDone: '{{n}} entries imported', source: 'Source', passed: '{{n}} files passed over',
    },
    answers: { affected: 'Affected', cannot_tell: 'Cannot tell', not_affected: 'Not affected' },
    bands: { now: 'Act now', soon: 'Act soon', planned: 'Plan', watch: 'Watch' },
    states: { open: 'Open', mended: 'Mended', accepted: 'Accepted', not_applicable: 'Not applicable' },
    reasons: {
      every_version: 'The advisory names every version', version_named: 'The firmware is among the versions that the advisory names', version_outside: 'The firmware is outside the affected versions', version_unknown: 'The firmware is not known; complete the asset', version_unordered: 'The firmware cannot be compared with the advisory', version_other: 'The advisory speaks of other versions only', versions_in_words: 'The advisory describes versions in words; decide by hand', not_decided: 'The publisher is still investigating', product_unsure: 'The product of the advisory may or may not be this asset', only_together: 'Affected only together with another product',
    },
    exposures: {
      title: 'Exposure', note: 'Priority = reach × threat × criticality; CVSS is shown and ranks nothing', search: 'Asset, advisory', answer: 'Answer', band: 'Priority', state: 'State', empty: 'No affected assets', emptyNote: 'Declared assets are compared with advisories by themselves', asset: 'Asset', advisory: 'Advisory', remedy: 'What to do', why: 'Why', said: 'By vulnerability', factors: 'What the priority is made of', priority: 'Priority', decide: 'Decide', decisions: 'Decisions', noRemedy: 'The advisory gives no remediation', noFirmware: 'Firmware not known only', sentence: 'As the advisory says', list: 'List', figures: 'Figures',
      more: '{{n}} more vulnerabilities', one: 'Exposure', since: 'Since', firmware: 'Firmware', product: 'Product',
    },
    factors: { reach: 'Reach', threat: 'Threat', criticality: 'Criticality', answer: 'Answer' },
    threats: { nothing_known: 'Nothing known of exploitation', epss_low: 'EPSS below 1 %', epss_some: 'EPSS of 1 % or more', epss_high: 'EPSS of 10 % or more', epss_very_high: 'EPSS of 50 % or more', ssvc_poc: 'Proof of concept (SSVC)', ssvc_automatable_total: 'Automatable with total impact (SSVC)', ssvc_active: 'Being exploited (SSVC)', kev: 'In the catalogue of exploited vulnerabilities (KEV)', kev_ransomware: 'Used by ransomware (KEV)' },
    decision: {
      kind: 'Outcome', reach: 'Holds for', reaches: { asset: 'This asset', product: 'Our assets of the same product', organisation: 'All our assets' }, evidence: 'What was done, and what shows it', reason: 'Reason', until: 'Accepted until', submit: 'Decide', done: 'Decision noted', effect: 'Covers {{n}}', reopen: 'Open again', reopened: 'Open again', expired: 'expired', ended: 'Ended: {{why}}', stands: 'Stands', none: 'No decisions yet',
    },
    figures: { by: 'By', groups: { district: 'District', industry: 'Industry', vendor: 'Vendor', advisory: 'Advisory' }, enterprises: 'Affected enterprises', assets: 'Affected assets', unsure: 'Assets that cannot be told', now: 'Assets to act on now', declared: 'Enterprises that declare assets', masked: 'Groups of fewer than 5 enterprises are not shown', empty: 'No figures to show', unsaid: 'Not said' },
  },
}
