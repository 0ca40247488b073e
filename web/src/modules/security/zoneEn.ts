import type { Translation } from '../../kernel'
import type { zh } from './zoneZh'

/** What pages of zones and conduits say in English. */
export const en: Translation<typeof zh> = {
  zone: {
    title: 'Zones and conduits', note: 'The enterprise declares which zones may talk (conduits of IEC 62443); what sensors saw stands beside it. Once enforced, what no conduit covers is an alert', missing: '{{label}} is missing', saved: 'Saved',
    list: { search: 'Enterprise', empty: 'No enterprise to look at', emptyNote: 'Zones and conduits of an enterprise appear once it lets the city see its assets one by one', enterprise: 'Enterprise', zones: 'Zones', conduits: 'Conduits', state: 'State', changed: 'Changed' },
    enforced: 'Enforced', declared: 'Compared only', changedBy: 'Last changed by {{name}}, {{time}}', reasonIs: 'Reason: {{reason}}', tabs: { matrix: 'Comparison', conduits: 'Conduits', unplaced: 'In no zone', parts: 'Content' },
    field: { client: 'Client zone', server: 'Server zone', protocols: 'Protocols', commands: 'May pass', note: 'Note', responsible: 'Responsible', classes: 'Classes', standing: 'Comparison', last: 'Last seen', pair: 'Client → server', address: 'Address', why: 'Why', zone: 'Zone', reason: 'Reason' },
    anyProtocol: 'Any protocol', commandsYes: 'Reading and commands', commandsNo: 'Reading only', none: 'No zone', levels: 'SL-T {{n}}', levelsMixed: 'SL-T {{n}} (its assets disagree)', levelNone: 'No level', assetsOf: 'assets: {{n}}',
    standings: { undeclared: 'Undeclared', reading: 'More than reading', unknown: 'Cannot be told', covered: 'Declared', unseen: 'Not seen', within: 'Within' },
    standingNotes: { undeclared: 'Sensors saw it, and no conduit lets it pass', reading: 'Conduits let reading only pass, and sensors saw commands', unknown: 'One of the two is in no zone', covered: 'Sensors saw it, and a conduit lets it pass', unseen: 'A conduit is declared, and sensors saw nothing', within: 'Within a zone no conduit is needed' },
    matrix: { label: 'What zones say to each other', corner: 'Client ↓ server →', cell: '{{client}} → {{server}}: {{standing}}', pairs: 'Pairs: {{n}}', nothing: 'Nothing', legend: 'Legend', pick: 'Choose a cell for who speaks, the protocols and the conduits' },
    empty: { title: 'No asset has a zone yet', note: 'Give assets a zone first, such as "office" or "control", and come back to declare conduits.', action: 'Give assets their zones', theirs: 'No asset of this enterprise has a zone yet' },
    noSensors: 'No sensor, nothing to compare with', noSensorsNote: 'Conduits can be declared already; what really passes is seen once a sensor is registered.', noSensorsTheirs: 'No sensor is open to the city in detail; what really passes is not seen.', hidden: '{{n}} more sensors are not open to the city in detail; what they saw is missing here.', beyond: 'Sensors saw {{n}} more conversations, beyond the limits; they are missing here.',
    gone: 'No asset in the zone', goneNote: 'No asset is in this zone, so the conduit does nothing; change the zone of assets, or the conduit.',
    act: { declare: 'Declare a conduit', edit: 'Change the conduit', change: 'Change', remove: 'Remove', removeAsk: 'Remove this conduit?', removeNote: '{{client}} → {{server}}: while conduits are enforced, what it lets pass becomes an alert.', removed: 'Removed', enforce: 'Enforce', enforceNote: 'From then on, what is seen for the first time or commands between two known zones, and no conduit lets pass, is an alert. {{n}} cells do not fit the conduits now; reading that was seen before raises no alert any more, so settle them first.', stop: 'Stop enforcing', stopNote: 'What no conduit covers is no alert any more; it is still compared here.', done: 'Changed', reason: 'Why, such as: compared with the network plan of 2026-11', take: 'Take over as conduits', takeAll: 'Take all over as conduits ({{n}})', takeAsk: 'Take over what sensors saw?', takeNote: 'Conduits are made for the protocols that were seen, and let nothing else pass. Make sure that this is needed.', takeCommands: 'Let commands pass that were seen (write, control, configuration, program); otherwise reading only', taken: 'Taken over' },
    form: { protocols: 'Empty: any. What a session of a service such as ssh or smb carries is not looked into.', commands: 'A command through a conduit for reading only is an alert of a high level.', note: 'What it is for, and what guards it', submit: 'Save' },
    conduits: { search: 'Zone, protocol, note', empty: 'No conduit yet', emptyNote: 'Take over what sensors saw, or declare your own', theirs: 'This enterprise has declared no conduit yet' },
    cell: { conduits: 'Conduits', noConduits: 'No conduit', lines: 'Protocols seen', talkers: 'Who speaks', noLines: 'Sensors saw nothing', more: '{{n}} pairs, {{most}} are shown', noAsset: 'No such asset', alerts: 'See the alerts' },
    unplaced: { note: 'These addresses are in no zone: what they say cannot be compared, and raises no alert about conduits.', empty: 'All addresses that sensors saw are in zones', more: '{{n}} in all, the last {{most}} are shown', asset: 'Declare assets', whys: { no_asset: 'No asset has the address', no_zone: 'Its asset has no zone', several: 'Assets in different zones have it', group: 'Multicast or broadcast, no host' } },
  },
  'problems.conduit.invalid': 'The conduit is incomplete or wrong.',
  'problems.conduit.twice': 'A conduit between these zones with these protocols is there already; change that one.',
  'problems.conduit.many': 'There are as many conduits as there may be.',
  'problems.conduit.last': 'It is the last conduit and conduits are enforced; stop that first.',
  'problems.zone.theirs': 'Each enterprise declares its own conduits.',
  'problems.zone.reason': 'Say why.',
  'problems.zone.same': 'The conduits stand so already.',
  'problems.zone.none': 'No conduit is declared: everything between zones would be an alert.',
  'problems.zone.nothing': 'Nothing there could be taken over: a conduit covers it, or only commands are left and they may not pass.',
}
