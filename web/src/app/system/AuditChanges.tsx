import { none, PlainTable, StatusTag, type Schema, type Tone } from '../../kernel'
import { useSystemTexts } from './texts'

type Change = Schema<'AuditChange'>
type Field = Schema<'AuditField'>

const nouns = ['channel', 'invitation', 'registration', 'organisation', 'person', 'membership', 'token', 'rule', 'program', 'provider', 'machine', 'platform', 'key', 'plan', 'target', 'milestone', 'reminder', 'value', 'retention'] as const

const tones: Record<Change['act'], Tone> = { added: 'good', changed: 'info', removed: 'warn' }

/** What an act changed, field by field. */
export function AuditChanges({ changes }: { changes: readonly Change[] }) {
  const t = useSystemTexts()
  if (changes.length === 0) return null
  const noun = (n: string) => ((nouns as readonly string[]).includes(n) ? t(`audit.noun.${n as (typeof nouns)[number]}`) : n)
  return (
    <>
      <strong>{t('audit.changes')}</strong>
      {changes.map((c) => (
        <section key={`${c.noun} ${c.id}`} className="lh-stack" aria-label={`${noun(c.noun)} ${c.id}`}>
          <span className="lh-actions">
            <StatusTag tone={tones[c.act]}>{t(`audit.act.${c.act}`)}</StatusTag>
            <span>{noun(c.noun)}</span>
            <span className="lh-code lh-break">{c.id}</span>
          </span>
          {c.fields.length > 0 && (
            <PlainTable<Field>
              label={`${t('audit.changes')} ${noun(c.noun)}`}
              rowKey={(f) => f.name}
              dataSource={c.fields}
              columns={[
                { key: 'name', title: t('audit.fieldName'), render: (_, f) => <span className="lh-code lh-break">{f.name}</span> },
                { key: 'before', title: t('audit.before'), render: (_, f) => <Value field={f} text={f.before} /> },
                { key: 'after', title: t('audit.after'), render: (_, f) => <Value field={f} text={f.after} /> },
              ]}
            />
          )}
          {(c.more ?? 0) > 0 && <span className="lh-muted">{t('audit.more', { count: c.more ?? 0 })}</span>}
        </section>
      ))}
    </>
  )
}

function Value({ field: f, text }: { field: Field; text: string | undefined }) {
  const t = useSystemTexts()
  if (f.hidden) return <span className="lh-muted">{t('audit.hidden')}</span>
  if (f.erased) return <span className="lh-muted">{t('personal.erased')}</span>
  return text ? <span className="lh-break lh-prose">{text}</span> : <>{none}</>
}
