import { none, PlainTable, useFormat, type Schema } from '../../kernel'
import { useVocabulary } from './data'
import { useEnterpriseTexts } from './texts'

type Site = Schema<'EnterpriseSite'>
type Staff = Schema<'EnterpriseStaff'>
type Revenue = Schema<'EnterpriseRevenue'>
type Contact = Schema<'EnterpriseContact'>

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="lh-section-head">{title}</h3>
      {children}
    </section>
  )
}

/** The places of an enterprise. */
export function SiteTable({ sites }: { sites: Site[] }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return (
    <Section title={t('field.sites')}>
      <PlainTable<Site>
        label={t('field.sites')} rowKey={(s) => `${s.name} ${s.address ?? ''}`} dataSource={sites}
        columns={[
          { title: t('field.siteName'), render: (_, s) => <span className="lh-two lh-wrap"><span>{s.name}</span><span>{s.address}</span></span> },
          { title: t('field.kind'), render: (_, s) => vocabulary.title('site_kinds', s.kind) },
          { title: t('field.district'), responsive: ['sm'], render: (_, s) => (s.district ? vocabulary.title('districts', s.district) : none) },
          { title: t('field.position'), responsive: ['md'], render: (_, s) => <span className="lh-code">{s.longitude === undefined || s.latitude === undefined ? none : `${s.longitude}, ${s.latitude}`}</span> },
          { title: t('field.area'), align: 'right', render: (_, s) => <span className="lh-number">{s.area === undefined ? none : f.number(s.area)}</span> },
        ]}
      />
    </Section>
  )
}

/** Staff by year. */
export function StaffTable({ rows }: { rows: Staff[] }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  return (
    <Section title={t('field.staff')}>
      <PlainTable<Staff>
        label={t('field.staff')} rowKey="year" dataSource={rows}
        columns={[{ title: t('field.year'), dataIndex: 'year' }, { title: t('field.persons'), align: 'right', render: (_, s) => <span className="lh-number">{f.number(s.count, 0)}</span> }]}
      />
    </Section>
  )
}

/** Revenue by year. */
export function RevenueTable({ rows }: { rows: Revenue[] }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return (
    <Section title={t('field.revenue')}>
      <PlainTable<Revenue>
        label={t('field.revenue')} rowKey="year" dataSource={rows}
        columns={[
          { title: t('field.year'), dataIndex: 'year' },
          { title: t('field.amount'), align: 'right', render: (_, r) => <span className="lh-number">{r.amount === undefined ? (r.band ? vocabulary.title('revenue_bands', r.band) : none) : f.number(r.amount)}</span> },
        ]}
      />
    </Section>
  )
}

/** Persons to ask. */
export function ContactTable({ contacts }: { contacts: Contact[] }) {
  const t = useEnterpriseTexts()
  return (
    <Section title={t('field.contacts')}>
      <PlainTable<Contact>
        label={t('field.contacts')} rowKey={(c) => `${c.name} ${c.phone ?? ''} ${c.email ?? ''}`} dataSource={contacts}
        columns={[
          { title: t('field.contactName'), render: (_, c) => <span className="lh-two"><span>{c.name}</span><span>{c.post}</span></span> },
          { title: t('field.phone'), render: (_, c) => c.phone || none },
          { title: t('field.email'), responsive: ['sm'], render: (_, c) => c.email || none },
        ]}
      />
    </Section>
  )
}
