import { DataTable, EmptyState, LinkButton, StatusTag, useFormat, type Column } from '../../kernel'
import { channels, useChannel } from './channels'
import { outcomeTone, platformKey, type Submission } from './data'
import { usePlatformTexts } from './texts'

/** What a platform sent, and what became of it. */
export function Submissions({ id }: { id: string }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const channel = useChannel()
  const columns: Column<Submission>[] = [
    { key: 'received', title: t('field.received'), sort: 'received_at', render: (s) => <span className="lh-number">{f.time(s.received_at)}</span> },
    { key: 'status', title: t('field.outcome'), render: (s) => <StatusTag tone={outcomeTone[s.status]}>{t(`outcome.${s.status}`)}</StatusTag> },
    { key: 'items', title: t('field.items'), sort: 'items', align: 'right', from: 'sm', render: (s) => <span className="lh-number">{f.number(s.items)}</span> },
    { key: 'accepted', title: t('field.accepted'), align: 'right', from: 'sm', render: (s) => <span className="lh-number">{f.number(s.accepted)}</span> },
    { key: 'rejected', title: t('field.rejected'), sort: 'rejected', align: 'right', render: (s) => <span className="lh-number">{f.number(s.rejected)}</span> },
    { key: 'channel', title: t('field.channel'), from: 'sm', render: (s) => (s.source || s.sender || s.reason ? <span className="lh-two"><span>{channel(s.channel)}</span><span className="lh-wrap">{[s.source ?? s.sender, s.reason].filter(Boolean).join(' · ')}</span></span> : channel(s.channel)) },
    { key: 'seq', title: t('field.seq'), sort: 'seq', align: 'right', from: 'md', render: (s) => <span className="lh-number">{s.seq > 0 ? s.seq : '—'}{s.seq > 0 && s.revises ? ` ← ${s.revises}` : ''}</span> },
    { key: 'period', title: t('field.period'), from: 'lg', render: (s) => <span className="lh-number">{s.period}</span> },
    { key: 'id', title: t('field.receipt'), from: 'xl', render: (s) => (s.certificate ? <span className="lh-two"><span className="lh-code">{s.id}</span><span>{t('field.certificate')} <span className="lh-code">{s.certificate}</span></span></span> : <span className="lh-code">{s.id}</span>) },
  ]
  return (
    <DataTable<Submission>
      url={`/api/platforms/${id}/submissions`}
      queryKey={[...platformKey(id), 'submissions']}
      label={t('page.submissions')}
      rowKey={(s) => s.id}
      columns={columns}
      filters={[{ name: 'channel', label: t('field.channel'), options: channels.map((c) => ({ value: c, label: channel(c) })) }]}
      search={t('page.searchSubmissions')}
      exports
      prefix="s."
      empty={<EmptyState title={t('page.noSubmissions')} note={t('page.noSubmissionsNote')} action={<LinkButton to="?tab=keys">{t('page.connect')}</LinkButton>} />}
      canExpand={(s) => s.findings.length > 0}
      expand={(s) => <Findings findings={s.findings} />}
    />
  )
}

/** Why items were not taken. */
export function Findings({ findings }: { findings: Submission['findings'] }) {
  const t = usePlatformTexts()
  return (
    <ul className="lh-findings">
      {findings.map((x) => (
        <li key={`${x.item} ${x.code} ${x.message}`}>
          {x.item >= 0 && <span className="lh-muted">{t('page.item', { n: x.item })} </span>}
          {x.code && <span className="lh-code">{x.code} </span>}
          {findingText(t, x)}
        </li>
      ))}
    </ul>
  )
}

const known = [
  'ambiguous', 'coarse', 'dimension', 'dimension_long', 'foreign', 'future', 'label', 'negative', 'not_finite', 'number', 'period', 'prefix', 'time', 'too_old', 'twice', 'unknown',
  'vocabulary', 'bound', 'histogram', 'labels', 'more', 'otlp_kind', 'revision', 'series_limit', 'unit',
] as const

/** The reason in the reader's language, with the server's own words, which hold the figures. */
export function findingText(t: ReturnType<typeof usePlatformTexts>, x: Submission['findings'][number]): string {
  const what = x.key.replace('platforms.item.', '')
  const name = (known as readonly string[]).includes(what) ? t(`finding.${what as (typeof known)[number]}`) : ''
  return name ? `${name}（${x.message}）` : x.message
}
