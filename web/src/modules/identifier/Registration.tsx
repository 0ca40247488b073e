import { Form, Input, Select } from 'antd'
import { api, EntityForm, read, useChange, useText } from '../../kernel'
import { handlesKey, nodesKey, useTemplates, type NodeDetail } from './data'
import { firstRows, itemsOf, valuesOf, type Row } from './rows'
import { TemplateItems } from './TemplateItems'
import { useIdentifierTexts } from './texts'
import { ValueRows } from './ValueRows'

interface Fields {
  suffix: string
  template?: string
  items?: Record<string, string>
  rows: Row[]
}

/** Registers an identifier of a node: by a template with its fields, or by values. */
export function Registration({ node, done, cancel }: { node: NodeDetail; done: (handle: string) => void; cancel: () => void }) {
  const t = useIdentifierTexts()
  const text = useText()
  const [form] = Form.useForm<Fields>()
  const templates = useTemplates()
  const chosen = Form.useWatch('template', form)
  const template = templates.data?.items.find((x) => x.id === chosen)
  const register = useChange({
    run: ({ suffix, rows, items }: Fields) => {
      const follows = template ? { template: `${template.code}:${template.version}`, items: itemsOf(items) } : {}
      return read(api.PUT('/api/identifier/handle', { body: { handle: `${node.prefix}/${suffix.trim()}`, values: valuesOf(template ? rows.filter((r) => r.data) : rows), ...follows } }))
    },
    refresh: [handlesKey, nodesKey],
    done: t('handle.registered'),
    after: (made) => done(made.handle),
    quiet: true,
  })
  return (
    <EntityForm<Fields> form={form} name="register" initial={{ rows: firstRows() }} submit={(values) => register.mutateAsync(values)} submitLabel={t('handle.register')} cancel={cancel} wide>
      <Form.Item name="suffix" label={t('handle.suffix')} extra={t('handle.suffixNote')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('handle.suffix') }) }]}>
        <Input prefix={<span className="lh-muted">{node.prefix}/</span>} maxLength={2000} className="lh-code" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      {(templates.data?.items.length ?? 0) > 0 && (
        <Form.Item name="template" label={t('template.one')} extra={t('template.oneNote')}>
          <Select allowClear placeholder={t('template.noOne')} showSearch={{ optionFilterProp: 'label' }} options={templates.data!.items.map((x) => ({ value: x.id, label: `${text(x.name)} ${x.code}:${x.version}` }))} />
        </Form.Item>
      )}
      {template && <TemplateItems key={template.id} template={template} />}
      <ValueRows optional={template !== undefined} />
    </EntityForm>
  )
}
