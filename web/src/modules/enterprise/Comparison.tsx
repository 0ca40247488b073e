import { Alert, Checkbox, Drawer, Flex, Radio } from 'antd'
import { useState, type ReactNode } from 'react'
import { api, Confirm, Failure, Loading, none, PlainTable, read, useChange, useFormat, useText, type Schema } from '../../kernel'
import { roomKey, useEntry, useVocabulary, type EntryDetail } from './data'
import { useEnterpriseTexts } from './texts'

type Take = 'name' | 'location' | 'founding' | 'business' | 'size' | 'staff' | 'finance' | 'qualifications'

const takes: Take[] = ['name', 'location', 'founding', 'business', 'size', 'staff', 'finance', 'qualifications']

/** Two entries side by side: which stays, and what it takes from the other. */
export function Comparison({ first, second, close }: { first: string; second: string; close: () => void }) {
  const t = useEnterpriseTexts()
  const one = useEntry(first)
  const two = useEntry(second)
  const problem = one.error ?? two.error
  return (
    <Drawer open onClose={close} size={960} title={t('merge.compare')}>
      {problem ? <Failure problem={problem} /> : one.data && two.data ? <Sides one={one.data} two={two.data} close={close} /> : <Loading />}
    </Drawer>
  )
}

function Sides({ one, two, close }: { one: EntryDetail; two: EntryDetail; close: () => void }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const may = (e: EntryDetail) => e.status === 'accepted'
  // The one that its enterprise keeps stays, unless the bureau says otherwise.
  const [stays, setStays] = useState(may(two) && (!may(one) || (two.claimed && !one.claimed)) ? two.id : one.id)
  const [taken, setTaken] = useState<Take[]>([])
  const [survivor, other] = stays === one.id ? [one, two] : [two, one]
  const told = useTold()
  const merge = useChange({
    run: () => read(api.POST('/api/enterprise/merges', { body: { survivor_id: survivor.id, other_id: other.id, take: taken } })),
    refresh: [roomKey], done: t('merge.done'), after: close, quiet: true,
  })
  const apart = useChange({
    run: () => read(api.POST('/api/enterprise/duplicates/apart', { body: { first_id: one.id, second_id: two.id } })),
    refresh: [[...roomKey, 'duplicates']], done: t('merge.apartDone'), after: close, quiet: true,
  })
  const both = one.claimed && two.claimed
  const rows: { key: Take | 'code' | 'contacts'; label: string; value: (e: EntryDetail) => ReactNode }[] = [
    { key: 'code', label: t('field.code'), value: (e) => <span className="lh-code">{e.code}</span> },
    ...takes.map((g) => ({ key: g, label: t(`group.${g}`), value: (e: EntryDetail) => told(e, g) || none })),
    { key: 'contacts', label: t('group.contacts'), value: (e) => e.contacts.map((c) => `${c.name} ${c.phone ?? ''}`).join('\n') || none },
  ]
  return (
    <div className="lh-stack">
      <Radio.Group
        aria-label={t('merge.stays')} value={stays} onChange={(e) => { setStays(e.target.value as string); setTaken([]) }}
        options={[one, two].map((e) => ({ value: e.id, label: t('merge.staysAs', { name: text(e.name), code: e.code }), disabled: !may(e) }))}
      />
      {both && <Alert type="warning" showIcon title={t('merge.both')} />}
      <PlainTable
        label={t('merge.compare')} rowKey="key" dataSource={rows}
        columns={[
          { title: '', render: (_, r) => r.label },
          { title: t('merge.survivor'), render: (_, r) => <span className="lh-enterprise-text">{r.value(survivor)}</span> },
          { title: t('merge.other'), render: (_, r) => <span className="lh-enterprise-text">{r.value(other)}</span> },
          {
            title: t('merge.take'),
            render: (_, r) => (r.key === 'code' || r.key === 'contacts' ? null : <Checkbox aria-label={t('merge.takeWhat', { what: r.label })} checked={taken.includes(r.key)} onChange={(e) => setTaken(e.target.checked ? [...taken, r.key as Take] : taken.filter((x) => x !== r.key))} />),
          },
        ]}
      />
      <p className="lh-note">{t('merge.how')}</p>
      <Flex gap={8} wrap>
        <Confirm title={t('merge.confirm')} note={t('merge.confirmNote', { other: other.code, survivor: survivor.code })} label={t('merge.merge')} danger={false} run={() => merge.mutateAsync()} button={{ type: 'primary', disabled: both }} />
        <Confirm title={t('merge.apart')} note={t('merge.apartNote')} label={t('merge.apart')} danger={false} run={() => apart.mutateAsync()} />
      </Flex>
    </div>
  )
}

/** Says in words what an entry has in a group. */
function useTold() {
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return (e: EntryDetail, group: Take): string => {
    const p: Schema<'EnterpriseProfile'> = e.profile
    const lines: Record<Take, () => (string | undefined)[]> = {
      name: () => [text(e.name)],
      location: () => [p.address, ...(p.sites ?? []).map((s) => s.name)],
      founding: () => [p.founded_on, p.capital === undefined ? '' : f.number(p.capital)],
      business: () => [...(p.chains ?? []).map((c) => c.chain), ...(p.products ?? []), ...(p.technologies ?? []), p.website, p.description],
      size: () => [e.size && vocabulary.title('sizes', e.size)],
      staff: () => (p.staff ?? []).map((s) => `${s.year}  ${f.number(s.count, 0)}`),
      finance: () => (p.revenue ?? []).map((r) => `${r.year}  ${r.amount === undefined ? vocabulary.title('revenue_bands', r.band ?? '') : f.number(r.amount)}`),
      qualifications: () => (p.qualifications ?? []).map((q) => `${vocabulary.title('qualifications', q.kind)} ${q.number ?? ''}`),
    }
    return lines[group]().filter(Boolean).join('\n')
  }
}
