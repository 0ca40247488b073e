import { Failure, Loading, PlainTable, type Schema } from '../../kernel'
import { useLinks } from './data'
import { useIdentifierTexts } from './texts'
import { useTypeTitle } from './Values'
import { isLink } from './words'

type Level = Schema<'IdentifierLevelView'>
type Line = Schema<'IdentifierLinkView'>

/** Where an identification of GS1 leads, level by level, as the node registered it. */
export function Links({ text }: { text: string }) {
  const t = useIdentifierTexts()
  const links = useLinks(text)
  if (links.error) return <Failure problem={links.error} retry={() => void links.refetch()} />
  if (!links.data) return <Loading rows={3} />
  const { address, node, levels } = links.data
  return (
    <section aria-label={t('links.title')} className="lh-bridge-answer">
      <div className="lh-muted">{t('links.node', { prefix: node })} <a href={address} target="_blank" rel="noopener noreferrer" className="lh-value-data">{address}</a></div>
      {levels.map((level) => <LevelLinks key={level.handle} level={level} />)}
    </section>
  )
}

function LevelLinks({ level }: { level: Level }) {
  const t = useIdentifierTexts()
  const title = useTypeTitle()
  return (
    <>
      <h3 className="lh-card-name"><span className="lh-code">{level.elements}</span> {level.description}</h3>
      <PlainTable<Line>
        label={level.elements}
        rowKey={(l) => `${l.type} ${l.href} ${(l.hreflang ?? []).join()}`}
        dataSource={level.links}
        locale={{ emptyText: t('links.none', { handle: level.handle }) }}
        columns={[
          { key: 'type', title: t('links.type'), render: (_, l) => <span className="lh-two"><span className="lh-code">{l.type}</span><span className="lh-muted">{title(l.type)}</span></span> },
          { key: 'title', title: t('links.name'), responsive: ['sm'], render: (_, l) => l.title },
          { key: 'language', title: t('links.language'), responsive: ['md'], render: (_, l) => (l.hreflang ?? []).join(', ') },
          { key: 'href', title: t('value.data'), render: (_, l) => (isLink(l.href) ? <a href={l.href} target="_blank" rel="noopener noreferrer" className="lh-value-data">{l.href}</a> : l.href) },
        ]}
      />
    </>
  )
}
