import { useQuery } from '@tanstack/react-query'
import { Button, Flex, Select } from 'antd'
import { useState } from 'react'
import { api, Confirm, DataTable, EmptyState, PageHeader, read, SyntheticMark, useChange, useFormat, useLanguage, useMay, type Column } from '../../kernel'
import { roomKey, type Release } from './data'
import { useScenarioTexts } from './texts'

/** The lists that were released, as papers, and the release of the next. */
export default function Lists() {
  const t = useScenarioTexts()
  const f = useFormat()
  const may = useMay()
  const language = useLanguage()
  const columns: Column<Release>[] = [
    { key: 'name', title: t('lists.title'), sort: 'year', render: (r) => <span className="lh-two"><span>{t('lists.name', { year: r.year, number: r.number })} {r.synthetic && <SyntheticMark />}</span><span className="lh-muted">{f.time(r.released_at)} · {r.by}</span></span> },
    { key: 'entries', title: t('lists.entries'), sort: 'entries', align: 'right', render: (r) => <span className="lh-number">{f.number(r.entries, 0)}</span> },
    { key: 'digest', title: t('lists.digest'), from: 'lg', render: (r) => <span className="lh-code lh-wrap">{r.digest}</span> },
    {
      key: 'files', title: '', align: 'right',
      render: (r) => (
        <Flex gap={4} wrap justify="end">
          {(['pdf', 'xlsx'] as const).map((format) => <Button key={format} size="small" href={`/api/scenario/lists/${r.id}/paper?format=${format}&language=${language}`} download>{format.toUpperCase()}</Button>)}
          <Button size="small" href={`/api/scenario/lists/${r.id}/contents`} download>{t('lists.contents')}</Button>
        </Flex>
      ),
    },
  ]
  return (
    <div className="lh-stack">
      <PageHeader title={t('lists.title')} note={t('lists.note')} actions={may('scenario.review') ? <NextList /> : null} />
      <DataTable<Release> url="/api/scenario/lists" queryKey={[...roomKey, 'lists']} label={t('lists.title')} rowKey={(r) => r.id} columns={columns} exports empty={<EmptyState title={t('lists.empty')} note={t('lists.emptyNote')} />} />
    </div>
  )
}

function NextList() {
  const t = useScenarioTexts()
  const f = useFormat()
  const present = new Date().getFullYear()
  const [year, setYear] = useState(present)
  const { data } = useQuery({ queryKey: [...roomKey, 'next list', year], queryFn: () => read(api.GET('/api/scenario/lists/next', { params: { query: { year } } })) })
  const release = useChange({ run: () => read(api.POST('/api/scenario/lists', { body: { year } })), refresh: [roomKey], done: t('lists.done'), quiet: true })
  const waits = data?.entries ?? 0
  return (
    <>
      <Select aria-label={t('lists.year')} value={year} onChange={setYear} options={[0, 1, 2, 3, 4].map((n) => ({ value: present - n, label: String(present - n) }))} />
      <Confirm
        title={t('lists.release', { year })} note={<p>{waits > 0 ? t('lists.releaseNote', { n: f.number(waits, 0), year }) : t('lists.releaseNone', { year })}</p>} label={t('lists.release', { year })} danger={false} disabled={waits === 0}
        button={{ type: 'primary' }} run={() => release.mutateAsync()}
      />
    </>
  )
}
