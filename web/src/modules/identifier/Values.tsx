import { useState } from 'react'
import { Link } from 'react-router'
import { PlainTable, useFormat } from '../../kernel'
import type { Value } from './data'
import { useIdentifierTexts, type Translation } from './texts'
import { knownType, linkType, meaningOf, type Meaning } from './words'

/** What a type of values is called; the types that nobody here knows keep their name only. */
export function useTypeTitle(): (type: string) => string {
  const t = useIdentifierTexts()
  return (type) => {
    const link = linkType(type)
    if (link) return t(`linkType.${link}`)
    const known = knownType(type)
    return known ? t(`type.${known.replace('.', '_') as 'URL'}`) : ''
  }
}

/** The values of an identifier: what they are, not only what they are made of. */
export function Values({ label, values, whole }: { label: string; values: Value[]; whole?: boolean }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const title = useTypeTitle()
  return (
    <PlainTable<Value>
      label={label}
      rowKey={(v) => v.index}
      dataSource={values}
      locale={{ emptyText: t('resolve.noValues') }}
      columns={[
        { key: 'index', title: t('value.index'), align: 'right', render: (_, v) => <span className="lh-number">{v.index}</span> },
        {
          key: 'type', title: t('value.type'),
          render: (_, v) => (
            <span className="lh-two">
              <span className="lh-code">{v.type}</span>
              {title(v.type) && <span>{title(v.type)}</span>}
            </span>
          ),
        },
        { key: 'data', title: t('value.data'), render: (_, v) => <Data value={v} /> },
        ...(whole ? [{ key: 'access', title: t('value.access'), responsive: ['md' as const], render: (_: unknown, v: Value) => (v.public ? t('value.public') : t('value.secret')) }] : []),
        { key: 'ttl', title: t('value.ttl'), align: 'right', responsive: ['md'], render: (_, v) => <span className="lh-number">{f.number(v.ttl)}</span> },
        { key: 'time', title: t('value.time'), responsive: ['lg'], render: (_, v) => <span className="lh-number">{f.time(v.timestamp)}</span> },
      ]}
    />
  )
}

/** The data of a value. Only addresses of the web are links: what others registered is not to be trusted further. */
function Data({ value }: { value: Value }) {
  const t = useIdentifierTexts()
  const meaning = meaningOf(value.type, value.data)
  switch (meaning.kind) {
    case 'link':
      return (
        <a href={meaning.text} target="_blank" rel="noopener noreferrer" className="lh-value-data">
          {meaning.text}
        </a>
      )
    case 'handle':
      return <Link className="lh-code lh-value-data" to={`/identifier/resolve?handle=${encodeURIComponent(meaning.text)}`}>{meaning.text}</Link>
    case 'site':
      return (
        <span className="lh-two lh-value-data">
          <span>{t('value.site', { serial: meaning.serial })}</span>
          <ul className="lh-plain lh-code">{meaning.doors.map((door) => <li key={door}>{door.toUpperCase()}</li>)}</ul>
        </span>
      )
    default:
      return <Long text={inWords(meaning, value, t)} code={meaning.kind === 'octets' || meaning.kind === 'token'} />
  }
}

function inWords(meaning: Exclude<Meaning, { kind: 'site' }>, value: Value, t: Translation): string {
  switch (meaning.kind) {
    case 'admin':
      return `${t('value.admin', { who: meaning.who })} · ${meaning.all ? t('value.allRights') : t('value.rights', { rights: meaning.rights })}`
    case 'key':
      return t('value.key', { text: meaning.text })
    case 'octets':
      return `${t('value.octets', { count: (meaning.text.length - 2) / 2 })} ${meaning.text}`
    default:
      return meaning.text || (value.type.toUpperCase() === 'HS_SECKEY' ? t('value.hidden') : '')
  }
}

/** How much of a long text shows at first. */
const shown = 240

function Long({ text, code }: { text: string; code: boolean }) {
  const t = useIdentifierTexts()
  const [whole, setWhole] = useState(false)
  const long = text.length > shown * 1.2
  return (
    <span className="lh-value-data">
      <span className={code ? 'lh-code' : ''}>{long && !whole ? `${text.slice(0, shown)}…` : text}</span>
      {long && (
        <>
          {' '}
          <button type="button" className="lh-link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {t(whole ? 'resolve.less' : 'resolve.more')}
          </button>
        </>
      )}
    </span>
  )
}
