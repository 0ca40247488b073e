import { DataTable, none, useFormat, type Column, type Schema } from '../../kernel'
import { platformKey, useVocabulary } from './data'
import { usePlatformTexts } from './texts'

type Step = Schema<'PlatformsPlatformStep'>

/** What of an entry is edited. */
type Field = 'name' | 'class' | 'industry' | 'district' | 'contact' | 'url' | 'description'

/** What became of a platform's entry: who registered, moved or edited it, when and why. */
export function History({ id }: { id: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const status = (s: string) => (s ? vocabulary.title('statuses', s) : none)
  const what = (s: Step) => {
    if (s.kind === 'status') return `${status(s.before)} → ${status(s.after)}`
    if (s.kind === 'entry') return f.list(s.after.split(',').map((x) => t(`field.${x as Field}`)))
    return status(s.after)
  }
  const columns: Column<Step>[] = [
    { key: 'at', title: t('history.at'), render: (s) => <span className="lh-number">{f.time(s.at)}</span> },
    { key: 'kind', title: t('history.kind'), render: (s) => <span className="lh-two lh-wrap"><span>{t(`history.kinds.${s.kind}`)}</span><span>{what(s)}</span></span> },
    { key: 'by', title: t('history.by'), render: (s) => s.name || none },
    { key: 'reason', title: t('field.reason'), from: 'sm', render: (s) => <span className="lh-wrap">{s.reason || none}</span> },
  ]
  return (
    <section aria-label={t('history.title')}>
      <h3 className="lh-section-head">{t('history.title')}</h3>
      <DataTable<Step>
        url={`/api/platforms/${id}/history`} queryKey={[...platformKey(id), 'history']} label={t('history.title')} rowKey={(s) => String(s.number)} columns={columns} exports prefix="h." views=""
        filters={[{ name: 'kind', label: t('history.kind'), options: (['registered', 'status', 'entry'] as const).map((k) => ({ value: k, label: t(`history.kinds.${k}`) })) }]}
      />
    </section>
  )
}
