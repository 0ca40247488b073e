import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Form, Input, Select } from 'antd'
import { usePlatformTexts } from './texts'
import './alerts.css'

const names = ['alertname', 'platform', 'severity', 'indicator', 'target', 'finding']

/** Conditions on labels, all of which have to match. */
export function MatcherFields({ least }: { least: number }) {
  const t = usePlatformTexts()
  return (
    <Form.List name="matchers">
      {(fields, { add, remove }) => (
        <fieldset className="lh-matchers">
          <legend>{t('alerts.matchers')}</legend>
          <p className="lh-muted">{t('alerts.matchersNote')}</p>
          {fields.map(({ key, name }) => (
            <div key={key} className="lh-matcher">
              <Form.Item name={[name, 'name']} rules={[{ required: true, whitespace: true, message: t('form.missing', { label: t('alerts.label') }) }]}>
                <AutoComplete aria-label={t('alerts.label')} options={names.map((n) => ({ value: n }))} placeholder={t('alerts.label')} />
              </Form.Item>
              <Form.Item name={[name, 'op']}><Select aria-label={t('alerts.op')} options={['=', '!=', '=~', '!~'].map((o) => ({ value: o, label: o }))} /></Form.Item>
              <Form.Item name={[name, 'value']}><Input aria-label={t('field.value')} maxLength={256} className="lh-code" autoCapitalize="none" placeholder={t('field.value')} /></Form.Item>
              <Button icon={<DeleteOutlined />} aria-label={t('alerts.removeMatcher')} disabled={fields.length <= least} onClick={() => remove(name)} />
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} disabled={fields.length >= 20} onClick={() => add({ name: '', op: '=', value: '' })}>{t('alerts.addMatcher')}</Button>
        </fieldset>
      )}
    </Form.List>
  )
}
