import { Card } from 'antd'
import { useNavigate } from 'react-router'
import { api, EntityForm, PageHeader, read } from '../../kernel'
import { EntryFields } from './EntryFields'
import { inputOf, type Values } from './input'
import { useEnterpriseTexts } from './texts'

/** The bureau enters an enterprise that has not filed an entry itself. */
export default function Entering() {
  const t = useEnterpriseTexts()
  const go = useNavigate()
  const submit = async (values: Values) => {
    const e = await read(api.POST('/api/enterprise/entries', { body: inputOf(values) }))
    void go(`/enterprise/entries/${e.id}`)
  }
  return (
    <div className="lh-stack">
      <PageHeader title={t('entering.title')} note={t('entering.note')} />
      <Card>
        <EntityForm<Values> submit={submit} submitLabel={t('entering.submit')} cancel={() => void go('/enterprise')} wide>
          <EntryFields fresh />
        </EntityForm>
      </Card>
    </div>
  )
}
