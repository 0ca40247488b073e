import { Figure, Figures, none, PlainTable, useFormat } from '../../kernel'
import { usePlanTexts, type Difference } from './planTexts'

interface Row { key: string; kind: 'added' | 'removed' | 'changed'; name: string; what: string }

/** What one revision says otherwise than another. */
export function PlanDifference({ difference: d }: { difference: Difference }) {
  const t = usePlanTexts()
  const f = useFormat()
  const field = (name: string) => t(`plan.field.${name as 'name'}`)
  const rows: Row[] = [
    ...d.changed.map((x) => ({ key: `c${x.line}`, kind: 'changed' as const, name: x.name, what: x.fields.map((c) => `${field(c.field)}: ${c.before || none} → ${c.after || none}`).join('; ') })),
    ...d.added.map((x) => ({ key: `a${x.line}`, kind: 'added' as const, name: x.name, what: [x.vendor, x.model || x.order_number, x.ip || x.station || x.mac].filter(Boolean).join(' ') })),
    ...d.removed.map((x) => ({ key: `r${x.line}`, kind: 'removed' as const, name: x.name, what: [x.vendor, x.model || x.order_number, x.ip || x.station || x.mac].filter(Boolean).join(' ') })),
  ]
  const hidden = d.counts.added + d.counts.removed + d.counts.changed - rows.length
  return (
    <div className="lh-stack">
      <p className="lh-note">{d.from > 0 ? t('plan.difference.title', { from: d.from, to: d.to }) : t('plan.difference.first', { to: d.to })}</p>
      <Figures>
        <Figure label={t('plan.difference.added')} value={f.number(d.counts.added, 0)} />
        <Figure label={t('plan.difference.changed')} value={f.number(d.counts.changed, 0)} />
        <Figure label={t('plan.difference.removed')} value={f.number(d.counts.removed, 0)} />
        <Figure label={t('plan.difference.same')} value={f.number(d.counts.same, 0)} />
      </Figures>
      {hidden > 0 && <p className="lh-note">{t('plan.difference.hidden', { n: f.number(hidden, 0) })}</p>}
      <PlainTable<Row>
        label={t('plan.act.difference')} rowKey="key" dataSource={rows} locale={{ emptyText: t('plan.difference.nothing') }} pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('plan.act.difference'), render: (_, x) => t(`plan.difference.${x.kind}`) },
          { title: t('plan.field.name'), render: (_, x) => <span className="lh-two lh-wrap"><span>{x.name}</span><span className="lh-muted lh-break">{x.what}</span></span> },
        ]}
      />
    </div>
  )
}
