import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Drawer, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, EntityForm, ifMatch, none, read, useChange, useFormat, type Column, type Filter, type Schema } from '../../kernel'
import { recursiveKey, type RuleRow } from './data'
import { useIdentifierTexts, type Translation } from './texts'

type RuleBody = Schema<'IdentifierRecursiveRuleInput'>
type Kind = RuleRow['kind']

const kinds: Kind[] = ['block_handle', 'block_prefix', 'allow_source', 'block_source', 'answer', 'site', 'forward']

/** What the recursive node refuses, answers by itself and asks elsewhere. */
export function Rules() {
  const t = useIdentifierTexts()
  const f = useFormat()
  const [edited, edit] = useState<RuleRow | 'new' | null>(null)
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/identifier/recursive/rules/{id}', { params: { path: { id } } })), refresh: [recursiveKey], done: t('recursive.removed') })
  const columns: Column<RuleRow>[] = [
    { key: 'kind', title: t('recursive.kind'), sort: 'kind', render: (r) => t(`rule.${r.kind}`) },
    { key: 'subject', title: t('recursive.subject'), sort: 'subject', render: (r) => <Button type="link" className="lh-rule-name lh-code" onClick={() => edit(r)}>{subjectOf(r)}</Button> },
    { key: 'effect', title: t('recursive.effect'), from: 'md', render: (r) => <span className="lh-wrap">{effectOf(r, t)}</span> },
    { key: 'note', title: t('recursive.why'), from: 'md', render: (r) => <span className="lh-wrap">{r.note || none}</span> },
    { key: 'created', title: t('field.created'), sort: 'created_at', from: 'lg', render: (r) => <span className="lh-number">{f.time(r.created_at)}</span> },
    { key: 'act', title: '', render: (r) => <Confirm title={t('recursive.remove', { subject: subjectOf(r) })} label={t('recursive.removeIt')} run={() => remove.mutateAsync(r.id)} button={{ size: 'small', type: 'text', icon: <DeleteOutlined />, 'aria-label': t('recursive.remove', { subject: subjectOf(r) }) }} /> },
  ]
  const filters: Filter[] = [{ name: 'kind', label: t('recursive.kind'), options: kinds.map((k) => ({ value: k, label: t(`rule.${k}`) })) }]
  const make = <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{t('recursive.make')}</Button>
  return (
    <div className="lh-stack">
      <div>{make}</div>
      <DataTable<RuleRow>
        url="/api/identifier/recursive/rules" queryKey={recursiveKey} label={t('recursive.rules')} rowKey={(r) => r.id} columns={columns} filters={filters} search={t('recursive.search')}
        empty={<EmptyState title={t('recursive.none')} note={t('recursive.noneNote')} />}
      />
      <Editor rule={edited} close={() => edit(null)} />
    </div>
  )
}

/** What a rule is about. */
function subjectOf(r: RuleRow): string {
  return r.handle || r.prefix || (r.networks ?? []).join(' ')
}

/** What a rule does, in a line. */
function effectOf(r: RuleRow, t: Translation): string {
  switch (r.kind) {
    case 'answer': return r.code === 1 ? t('rule.values', { count: r.values?.length ?? 0 }) : t('rule.code', { code: r.code ?? 0 })
    case 'forward': return (r.upstreams ?? []).join(' ')
    case 'site': return t(r.below ? 'rule.siteBelow' : 'rule.siteOf')
    case 'allow_source': return r.rate ? t('rule.rate', { rate: r.rate }) : none
    default: return none
  }
}

function Editor({ rule, close }: { rule: RuleRow | 'new' | null; close: () => void }) {
  const t = useIdentifierTexts()
  const old = rule === 'new' || rule === null ? null : rule
  const change = useChange({
    run: (body: RuleBody) =>
      old
        ? read(api.PUT('/api/identifier/recursive/rules/{id}', { params: { path: { id: old.id }, header: ifMatch(old.version) }, body: clean(body) }))
        : read(api.POST('/api/identifier/recursive/rules', { body: clean(body) })),
    refresh: [recursiveKey],
    done: t('recursive.ruleSaved'),
    after: close,
    quiet: true,
  })
  const initial = old ?? { kind: 'block_prefix' as const, code: 1, values: [] }
  return (
    <Drawer open={rule !== null} onClose={close} size={640} title={t(old ? 'recursive.edit' : 'recursive.make')} destroyOnHidden>
      <EntityForm<RuleBody> name="rule" initial={initial as Partial<RuleBody>} submit={(body) => change.mutateAsync(body)} cancel={close} wide>
        <Fields />
      </EntityForm>
    </Drawer>
  )
}

/** Leaves out what is empty. */
function clean(body: RuleBody): RuleBody {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined && value !== '')) as unknown as RuleBody
}

function Fields() {
  const t = useIdentifierTexts()
  const kind = Form.useWatch('kind') as Kind | undefined
  const code = Form.useWatch('code') as number | undefined
  const needed = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  const handle = kind === 'block_handle' || kind === 'answer'
  const prefix = kind === 'block_prefix' || kind === 'site' || kind === 'forward'
  return (
    <>
      <Form.Item name="kind" label={t('recursive.kind')}><Select options={kinds.map((k) => ({ value: k, label: t(`rule.${k}`) }))} /></Form.Item>
      {kind && <p className="lh-muted">{t(`rule.${kind}Note`)}</p>}
      {handle && <Form.Item name="handle" label={t('field.handle')} rules={needed(t('field.handle'))}><Input maxLength={2048} className="lh-code" placeholder="88.101.5/T001" spellCheck={false} /></Form.Item>}
      {prefix && <Form.Item name="prefix" label={t('field.prefix')} rules={needed(t('field.prefix'))} extra={t(kind === 'forward' ? 'rule.prefixAll' : 'rule.prefixNote')}><Input maxLength={200} className="lh-code" placeholder="88.101" spellCheck={false} /></Form.Item>}
      {(kind === 'allow_source' || kind === 'block_source') && <Form.Item name="networks" label={t('rule.networks')} extra={t('rule.networksNote')} rules={needed(t('rule.networks'))}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',', '\n']} /></Form.Item>}
      {kind === 'allow_source' && <Form.Item name="rate" label={t('rule.ownRate')} extra={t('recursive.rateNote')}><InputNumber min={0} max={1_000_000} precision={0} style={{ width: '100%' }} /></Form.Item>}
      {kind === 'answer' && <Answer values={code === 1} />}
      {kind === 'site' && (
        <>
          <Form.Item name="site" label="siteinfo.json" rules={needed('siteinfo.json')}><Input.TextArea maxLength={20000} autoSize={{ minRows: 3, maxRows: 12 }} className="lh-code" spellCheck={false} /></Form.Item>
          <Form.Item name="below" valuePropName="checked"><Checkbox>{t('rule.below')}</Checkbox></Form.Item>
        </>
      )}
      {kind === 'forward' && (
        <>
          <Form.Item name="upstreams" label={t('rule.upstreams')} extra={t('rule.upstreamsNote')} rules={needed(t('rule.upstreams'))}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',', '\n']} /></Form.Item>
          <Form.Item name="balance" label={t('rule.balance')}><Select options={(['round_robin', 'hash', 'latency'] as const).map((x) => ({ value: x, label: t(`rule.${x}`) }))} placeholder={t('rule.round_robin')} allowClear /></Form.Item>
        </>
      )}
      <Form.Item name="note" label={t('recursive.why')} extra={t('recursive.whyNote')}><Input maxLength={200} /></Form.Item>
    </>
  )
}

/** The answer that is given without asking: values, or the code of a failure. */
function Answer({ values }: { values: boolean }) {
  const t = useIdentifierTexts()
  return (
    <>
      <div className="lh-pair">
        <Form.Item name="code" label={t('rule.answerCode')} extra={t('rule.answerCodeNote')}><InputNumber min={1} max={9999} precision={0} style={{ width: '100%' }} /></Form.Item>
        <Form.Item name="type" label={t('rule.onlyType')} extra={t('rule.onlyNote')}><Input maxLength={200} className="lh-code" spellCheck={false} /></Form.Item>
      </div>
      {values && (
        <Form.List name="values">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, i) => (
                <fieldset key={field.key} className="lh-fieldset">
                  <legend>{t('handle.valueAt', { n: i + 1 })}</legend>
                  <div className="lh-item-row">
                    <Form.Item name={[field.name, 'index']} label={t('value.index')}><InputNumber min={1} precision={0} style={{ width: '100%' }} /></Form.Item>
                    <Form.Item name={[field.name, 'type']} label={t('value.type')}><Input maxLength={200} className="lh-code" spellCheck={false} /></Form.Item>
                  </div>
                  <Form.Item name={[field.name, 'data']} label={t('value.data')}><Input.TextArea autoSize maxLength={100000} /></Form.Item>
                  <Button type="text" danger icon={<DeleteOutlined />} onClick={() => remove(field.name)}>{t('handle.dropValue')}</Button>
                </fieldset>
              ))}
              <Form.Item><Button icon={<PlusOutlined />} onClick={() => add({ index: fields.length + 1, type: 'URL', data: '' })}>{t('handle.addValue')}</Button></Form.Item>
            </>
          )}
        </Form.List>
      )}
    </>
  )
}
