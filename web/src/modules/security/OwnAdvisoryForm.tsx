import { Button, Card, Form, Input, Select } from 'antd'
import { EntityForm } from '../../kernel'
import { useOwnTexts, type OwnDraft } from './ownTexts'

type Hole = OwnDraft['vulnerabilities'][number]
type Status = Hole['statuses'][number]['status']
/** In the form a vulnerability has a status for each product, in their order. */
type HoleValues = Omit<Hole, 'statuses'> & { by?: (Status | 'none' | undefined)[] }
type Values = Omit<OwnDraft, 'vulnerabilities'> & { vulnerabilities: HoleValues[] }

const statuses = ['none', 'known_affected', 'known_not_affected', 'fixed', 'under_investigation'] as const
const remedies = ['vendor_fix', 'mitigation', 'workaround', 'none_available', 'no_fix_planned'] as const
const noteKinds = ['description', 'details', 'faq', 'general', 'legal_disclaimer', 'other'] as const

const blank: Values = { title: '', summary: '', tlp: 'WHITE', change: '', products: [{ vendor: '', product: '', version: '' }], vulnerabilities: [{ cve: '', title: '', description: '', vector: '', impact: '', remedies: [], by: ['known_affected'] }], notes: [], references: [] }

function opened(d: OwnDraft): Values {
  return { ...d, vulnerabilities: d.vulnerabilities.map(({ statuses: said, ...h }) => ({ ...h, by: d.products.map((_, i) => said.find((s) => s.product === i)?.status ?? 'none') })) }
}

function closed(v: Values): OwnDraft {
  return {
    ...v, products: v.products ?? [], notes: v.notes ?? [], references: v.references ?? [],
    vulnerabilities: (v.vulnerabilities ?? []).map(({ by, ...h }) => ({
      ...h, cve: h.cve ?? '', title: h.title ?? '', description: h.description ?? '', vector: h.vector ?? '', impact: h.impact ?? '',
      remedies: (h.remedies ?? []).map((r) => ({ category: r.category, details: r.details ?? '', url: r.url ?? '', products: r.products ?? [] })),
      statuses: (v.products ?? []).flatMap((_, product) => { const status = by?.[product]; return status && status !== 'none' ? [{ product, status }] : [] }),
    })),
  }
}

/** What an advisory says: products, vulnerabilities with the status of each product, and what to do. */
export function OwnAdvisoryForm({ initial, submit, cancel }: { initial?: OwnDraft; submit: (draft: OwnDraft) => Promise<unknown>; cancel: () => void }) {
  const t = useOwnTexts()
  const [form] = Form.useForm<Values>()
  const must = (label: string) => [{ required: true, whitespace: true, message: t('own.required', { label }) }]
  return (
    <EntityForm<Values> wide form={form} initial={initial ? opened(initial) : blank} cancel={cancel} submit={(v) => submit(closed(v))}>
      <Form.Item name="title" label={t('own.field.title')} rules={must(t('own.field.title'))}><Input maxLength={200} /></Form.Item>
      <Form.Item name="summary" label={t('own.field.summary')}><Input.TextArea maxLength={8000} autoSize={{ minRows: 3, maxRows: 12 }} /></Form.Item>
      <div className="lh-pair">
        <Form.Item name="tlp" label={t('own.field.tlp')} extra={t('own.field.tlpNote')}><Select options={(['WHITE', 'GREEN', 'AMBER', 'RED'] as const).map((x) => ({ value: x, label: `TLP:${x}` }))} /></Form.Item>
        <Form.Item name="change" label={t('own.field.change')} extra={t('own.field.changeNote')}><Input maxLength={500} /></Form.Item>
      </div>
      <Products />
      <Holes form={form} />
      <Notes />
      <Links />
    </EntityForm>
  )
}

function Products() {
  const t = useOwnTexts()
  return (
    <Form.List name="products">
      {(rows, { add, remove }) => (
        <Form.Item label={t('own.field.products')} extra={t('own.field.productsNote')}>
          {rows.map(({ key, name }) => (
            <div key={key} className="lh-pair">
              {(['vendor', 'product', 'version'] as const).map((x) => <Form.Item key={x} name={[name, x]} label={t(`own.field.${x}`)}><Input maxLength={120} /></Form.Item>)}
              <Form.Item label={t('own.item', { n: name + 1 })}><Button onClick={() => remove(name)}>{t('own.remove')}</Button></Form.Item>
            </div>
          ))}
          {rows.length < 200 && <Button onClick={() => add({ vendor: '', product: '', version: '' })}>{t('own.add.product')}</Button>}
        </Form.Item>
      )}
    </Form.List>
  )
}

function Holes({ form }: { form: ReturnType<typeof Form.useForm<Values>>[0] }) {
  const t = useOwnTexts()
  const products = Form.useWatch('products', form) ?? []
  const named = products.map((p, i) => ({ value: i, label: [p?.product, p?.version].filter(Boolean).join(' ') || t('own.item', { n: i + 1 }) }))
  return (
    <Form.List name="vulnerabilities">
      {(rows, { add, remove }) => (
        <Form.Item label={t('own.field.vulnerabilities')}>
          <div className="lh-stack">
            {rows.map(({ key, name }) => (
              <Card key={key} size="small" title={t('own.hole', { n: name + 1 })} extra={<Button size="small" onClick={() => remove(name)}>{t('own.remove')}</Button>}>
                <div className="lh-pair">
                  <Form.Item name={[name, 'title']} label={t('own.field.holeTitle')}><Input maxLength={200} /></Form.Item>
                  <Form.Item name={[name, 'cve']} label={t('own.field.cve')}><Input maxLength={30} placeholder="CVE-2026-12345" /></Form.Item>
                </div>
                <Form.Item name={[name, 'description']} label={t('own.field.description')}><Input.TextArea maxLength={8000} autoSize={{ minRows: 2, maxRows: 10 }} /></Form.Item>
                <Form.Item name={[name, 'vector']} label={t('own.field.vector')}><Input maxLength={200} placeholder="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" /></Form.Item>
                <div className="lh-pair">
                  {named.map((p) => (
                    <Form.Item key={p.value} name={[name, 'by', p.value]} label={p.label}><Select options={statuses.map((s) => ({ value: s, label: t(`own.status.${s}`) }))} placeholder={t('own.status.none')} /></Form.Item>
                  ))}
                </div>
                <Form.Item name={[name, 'impact']} label={t('own.field.impact')}><Input maxLength={4000} /></Form.Item>
                <Remedies at={name} products={named} />
              </Card>
            ))}
            {rows.length < 50 && <Button onClick={() => add({ cve: '', title: '', description: '', vector: '', impact: '', remedies: [], by: [] })}>{t('own.add.vulnerability')}</Button>}
          </div>
        </Form.Item>
      )}
    </Form.List>
  )
}

function Remedies({ at, products }: { at: number; products: { value: number; label: string }[] }) {
  const t = useOwnTexts()
  return (
    <Form.List name={[at, 'remedies']}>
      {(rows, { add, remove }) => (
        <Form.Item label={t('own.field.remedies')}>
          {rows.map(({ key, name }) => (
            <div key={key} className="lh-pair">
              <Form.Item name={[name, 'category']} label={t('own.field.category')}><Select options={remedies.map((r) => ({ value: r, label: t(`own.remedy.${r}`) }))} /></Form.Item>
              <Form.Item name={[name, 'details']} label={t('own.field.details')}><Input.TextArea maxLength={4000} autoSize={{ minRows: 1, maxRows: 6 }} /></Form.Item>
              <Form.Item name={[name, 'url']} label={t('own.field.url')}><Input maxLength={500} /></Form.Item>
              <Form.Item name={[name, 'products']} label={t('own.field.for')}><Select mode="multiple" options={products} /></Form.Item>
              <Button onClick={() => remove(name)}>{t('own.remove')}</Button>
            </div>
          ))}
          {rows.length < 50 && <Button onClick={() => add({ category: 'vendor_fix', details: '', url: '', products: [] })}>{t('own.add.remedy')}</Button>}
        </Form.Item>
      )}
    </Form.List>
  )
}

function Notes() {
  const t = useOwnTexts()
  return (
    <Form.List name="notes">
      {(rows, { add, remove }) => (
        <Form.Item label={t('own.field.notes')}>
          {rows.map(({ key, name }) => (
            <div key={key} className="lh-pair">
              <Form.Item name={[name, 'category']} label={t('own.field.noteCategory')}><Select options={noteKinds.map((k) => ({ value: k, label: t(`own.noteKind.${k}`) }))} /></Form.Item>
              <Form.Item name={[name, 'title']} label={t('own.field.title')}><Input maxLength={200} /></Form.Item>
              <Form.Item name={[name, 'text']} label={t('own.field.noteText')}><Input.TextArea maxLength={20000} autoSize={{ minRows: 1, maxRows: 10 }} /></Form.Item>
              <Button onClick={() => remove(name)}>{t('own.remove')}</Button>
            </div>
          ))}
          {rows.length < 20 && <Button onClick={() => add({ category: 'general', title: '', text: '' })}>{t('own.add.note')}</Button>}
        </Form.Item>
      )}
    </Form.List>
  )
}

function Links() {
  const t = useOwnTexts()
  return (
    <Form.List name="references">
      {(rows, { add, remove }) => (
        <Form.Item label={t('own.field.references')}>
          {rows.map(({ key, name }) => (
            <div key={key} className="lh-pair">
              <Form.Item name={[name, 'summary']} label={t('own.field.linkSummary')}><Input maxLength={200} /></Form.Item>
              <Form.Item name={[name, 'url']} label={t('own.field.url')}><Input maxLength={500} placeholder="https://" /></Form.Item>
              <Button onClick={() => remove(name)}>{t('own.remove')}</Button>
            </div>
          ))}
          {rows.length < 50 && <Button onClick={() => add({ summary: '', url: '' })}>{t('own.add.reference')}</Button>}
        </Form.Item>
      )}
    </Form.List>
  )
}
