import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { DataTable, EmptyState, PageHeader, StatusTag, useFormat, useLive, useMay, useOpen, useText, type Column } from '../../kernel'
import { rulesKey, states, tones, useVocabulary, type Rule } from './data'
import { RuleDetail } from './RuleDetail'
import { RuleForm } from './RuleForm'
import { useShareTexts } from './texts'

/** The sharing rules of the organisation. */
export default function Rules() {
  const t = useShareTexts()
  const may = useMay()
  const [adding, setAdding] = useState(false)
  const [open, show] = useOpen()
  useLive('share.rules', rulesKey)
  return (
    <>
      <PageHeader title={t('rules.title')} note={t('rules.note')} actions={may('share.manage') && <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{t('rules.add')}</Button>} />
      <DataTable<Rule>
        url="/api/share/rules"
        queryKey={rulesKey}
        label={t('rules.title')}
        rowKey={(r) => r.id}
        columns={useColumns(show)}
        filters={[{ name: 'state', label: t('field.state'), options: states.map((s) => ({ value: s, label: t(`state.${s}`) })) }]}
        search={t('rules.search')}
        exports
        empty={<EmptyState title={t('rules.empty')} note={t('rules.emptyNote')} />}
      />
      <Drawer open={adding} onClose={() => setAdding(false)} size={720} destroyOnHidden title={t('rules.add')}>
        {adding && <RuleForm close={(id) => { setAdding(false); if (id) show(id) }} />}
      </Drawer>
      <Drawer open={open !== null} onClose={() => show(null)} size={800} destroyOnHidden title={t('rules.one')}>
        {open && <RuleDetail id={open} />}
      </Drawer>
    </>
  )
}

function useColumns(show: (id: string) => void): Column<Rule>[] {
  const t = useShareTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return [
    { key: 'title', title: t('field.title'), sort: 'title', render: (r) => <span className="lh-two"><button type="button" className="lh-link" onClick={() => show(r.id)}>{text(r.title)}</button><span>{vocabulary.kindTitle(r.noun)}</span></span> },
    { key: 'state', title: t('field.state'), sort: 'state', render: (r) => <StatusTag tone={tones[r.state]}>{t(`state.${r.state}`)}</StatusTag> },
    { key: 'organisation', title: t('field.organisation'), sort: 'organisation', from: 'md', render: (r) => <span className="lh-two"><span>{text(r.organisation)}</span><span>{f.list([...(r.city ? [t('rules.cityMark')] : []), ...(r.custom ? [t('rules.custom')] : [])])}</span></span> },
    { key: 'purpose', title: t('field.purpose'), from: 'lg', render: (r) => <span className="lh-prose">{r.purpose}</span> },
    { key: 'until', title: t('field.until'), sort: 'until', from: 'sm', render: (r) => <span className="lh-number">{f.date(r.until)}</span> },
    { key: 'changed', title: t('field.changed'), sort: 'changed_at', from: 'xl', render: (r) => <span className="lh-number">{f.time(r.changed_at)}</span> },
  ]
}
