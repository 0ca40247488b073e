/** What pages of alerts say in English. */
export const en = {
  alert: {
    title: 'Security alerts', note: 'Found by rules in what sensors record; findings of one rule between the same two devices are one alert', one: 'Security alert', rulesLink: 'Detection rules', search: 'Rule, address, reason', empty: 'No alerts', emptyNote: 'Every full record that sensors send is looked at by the rules',
    missing: 'Enter {{label}}', several: 'several', yes: 'Yes', no: 'No',
    field: {
      rule: 'Alert', enterprise: 'Enterprise', level: 'Level', state: 'State', kind: 'Type', technique: 'ATT&CK technique', times: 'Times', last: 'Last seen', first: 'First seen', sensor: 'Sensor', client: 'Client', server: 'Server', clientZone: 'Client zone', serverZone: 'Server zone', unit: 'Unit', reason: 'Reason', until: 'Suppressed until', incident: 'Incident', pack: 'Rule pack', when: 'Time', who: 'Who', pair: 'Client → server',
      function: 'Function', protocol: 'Protocol', objects: 'Objects', orientation: 'Direction by',
    },
    figuresLink: 'Figures',
    figures: {
      title: 'Alerts in figures', note: 'How many alerts there are of sensors that enterprises opened to the city: counts, and no alert. Hatched: no sensor is open, so nothing is seen, which does not mean that there is nothing.', ownNote: 'This is what the city sees of your alerts: counts, of the sensors that you opened to it.', unseen: 'no sensor is open', sensors: 'sensors that are open: {{n}}', states: 'States, 30 days',
      stateOf: 'new {{fresh}} · looked at {{looking}} · real {{real}} · false {{mistaken}} · suppressed or wanted {{other}}', search: 'Find by name', seen: 'Seen', open: 'a sensor is open', empty: 'No enterprise is part of the situation yet', emptyNote: 'An enterprise appears within ten minutes of its first asset, incident or sensor that is open.',
    },
    levels: { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', informational: 'Note' },
    states: { open: 'Open', new: 'New', looking: 'Being looked at', real: 'Real', false_alarm: 'False alarm', suppressed: 'Suppressed', wanted: 'Wanted' },
    kinds: { event: 'Single event', sequence: 'Sequence or count', baseline: 'Off the baseline', intel: 'Threat intelligence', log: 'Other sensors', health: 'Sensor itself' },
    why: 'Why there is an alert', matters: 'Why it matters', do: 'What to do', falses: 'What looks the same and is normal', matched: 'What the rule saw', evidence: 'Evidence', noEvidence: 'No records, or they are over their time', related: 'Alerts that may belong to it', noRelated: 'No other open alert of the same devices within two hours', before: 'It was there before', beforeThis: 'An incident about the same ended; this was found afterwards', history: 'What was done', platform: 'Platform', around: 'Asked the sensor what was said within a minute of it', expired: 'Found again after the suppression ended', about: 'About the alert', exception: 'Exception: {{text}}', answer: 'answer',
    orientations: { nothing: 'guess', semantics: 'meaning', port: 'port', many_semantics: 'meaning of several', handshake: 'handshake' },
    judge: 'Judge', judged: 'Noted', submit: 'Save', look: 'Begin to look', escalate: 'Make an incident', escalated: 'An incident was made', include: 'Take into the incident', summary: '{{count}} alerts:', toIncident: 'Go to the incident', quiet: 'Findings meanwhile are counted only; if there are any, it is new again at the end. At most 90 days.', falseNote: 'The same findings within 24 hours are added to this alert; after that there is a new one.',
    rules: {
      title: 'Detection rules', note: 'Pack {{version}} of {{date}}; {{n}} rules', rule: 'Rule', off: 'Off', on: 'On', switchOff: 'Switch off', switchOn: 'Switch on', reason: 'Reason', done: 'Noted', state: 'State', search: 'Rule, technique, name', byWhom: '{{name}}, {{time}}: {{reason}}', anyProtocol: 'any protocol', all: 'All levels', offNote: 'Only for your own enterprise; what the rule would find meanwhile raises no alert. By one person it is off for seven days; when another manager switches it off meanwhile, until it is switched on.', alone: 'Off by one person, on again at {{time}}', keepOff: 'Keep off, as second person', none: 'No rule fits',
    },
  },
}
