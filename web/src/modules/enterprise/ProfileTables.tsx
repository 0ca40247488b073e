import { none, PlainTable, useFormat, useText, type Schema } from '../../kernel'
import { useVocabulary } from './data'
import { useFields } from './policies'
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

/** Figures that policies and ladders ask for. */
export function FigureTable({ rows }: { rows: Schema<'EnterpriseFigure'>[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const fields = useFields()
  const field = (code: string) => fields.data?.items.find((x) => x.code === code)
  return (
    <Section title={t('policy.figures')}>
      <PlainTable
        label={t('policy.figures')} rowKey={(x) => `${x.field} ${x.year}`} dataSource={rows}
        columns={[{ title: t('policy.figure'), render: (_, x) => text(field(x.field)?.title) || x.field }, { title: t('field.year'), dataIndex: 'year' }, { title: t('policy.figureValue'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.value)} {text(field(x.field)?.unit)}</span> }]}
      />
    </Section>
  )
}
