import { Form, Input } from 'antd'
import { api, EntityForm, read, useChange } from '../../kernel'
import { handlesKey, nodesKey, type NodeDetail } from './data'
import { firstRows, valuesOf, type Row } from './rows'
import { useIdentifierTexts } from './texts'
import { ValueRows } from './ValueRows'

interface Fields {
  suffix: string
  rows: Row[]
}

/** Registers an identifier of a node. */
export function Registration({ node, done, cancel }: { node: NodeDetail; done: (handle: string) => void; cancel: () => void }) {
  const t = useIdentifierTexts()
  const register = useChange({
    run: ({ suffix, rows }: Fields) => read(api.PUT('/api/identifier/handle', { body: { handle: `${node.prefix}/${suffix.trim()}`, values: valuesOf(rows) } })),
    refresh: [handlesKey, nodesKey],
    done: t('handle.registered'),
    after: (made) => done(made.handle),
    quiet: true,
  })
  return (
    <EntityForm<Fields> name="register" initial={{ rows: firstRows() }} submit={(values) => register.mutateAsync(values)} submitLabel={t('handle.register')} cancel={cancel} wide>
      <Form.Item name="suffix" label={t('handle.suffix')} extra={t('handle.suffixNote')} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('handle.suffix') }) }]}>
        <Input prefix={<span className="lh-muted">{node.prefix}/</span>} maxLength={2000} className="lh-code" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      <ValueRows />
    </EntityForm>
  )
}
