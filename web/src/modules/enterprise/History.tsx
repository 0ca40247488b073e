import { DataTable, none, useFormat, type Column, type Schema } from '../../kernel'
import { entryKey, type Consent, type Group } from './data'
import { Said } from './Said'
import { useEnterpriseTexts } from './texts'

type Step = Schema<'EnterpriseStep'>

/** What became of an entry: who filed, edited or decided, when and why. */
export function History({ id }: { id: string }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  const field = (name: string) => {
    const [group = '', see] = name.split(':')
    const title = t(`group.${group as Group}`)
    return see ? `${title} → ${t(`consent.${see as Consent[Group]}`)}` : title
  }
  const columns: Column<Step>[] = [
    { key: 'at', title: t('history.at'), render: (s) => <span className="lh-number">{f.time(s.at)}</span> },
    {
      key: 'kind', title: t('history.kind'),
      render: (s) => <span className="lh-two lh-wrap"><span>{t(`history.kinds.${s.kind}`)}</span><span>{s.fields && s.fields !== 'status' ? f.list(s.fields.split(',').map(field)) : ''}</span></span>,
    },
    { key: 'by', title: t('history.by'), render: (s) => s.name || none },
    { key: 'reason', title: t('history.reason'), from: 'sm', render: (s) => <span className="lh-two lh-wrap"><span className="lh-enterprise-text">{s.reason || none}</span>{s.changes.map((c) => <span key={c.field}>{t(`request.fields.${c.field}`)} · <Said field={c.field} value={c.before} /> → <Said field={c.field} value={c.after} /></span>)}</span> },
  ]
  return <DataTable<Step> url={`/api/enterprise/entries/${id}/history`} queryKey={[...entryKey(id), 'history']} label={t('history.title')} rowKey={(s) => String(s.number)} columns={columns} exports prefix="h." views="" />
}
