import { useFormat } from '../../kernel'
import { standings, standingSign, useZoneTexts, type Flow, type Plan } from './zoneTexts'
import './zone.css'

type Cell = Pick<Flow, 'client_zone' | 'server_zone'>

/** Zones that ask by zones that answer; the colour of a cell has a sign and a word beside it. */
export function ZoneMatrix({ plan: p, pick }: { plan: Plan; pick: (cell: Cell) => void }) {
  const t = useZoneTexts()
  const asks = names(p, 'client_zone')
  const answers = names(p, 'server_zone')
  const flows = new Map(p.flows.map((x) => [`${x.client_zone}\n${x.server_zone}`, x]))
  return (
    <section aria-label={t('zone.matrix.label')} className="lh-stack">
      <p className="lh-note">{t('zone.matrix.pick')}</p>
      {/* Where it does not fit, it scrolls: by keyboard too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="lh-zone-box" role="region" aria-label={t('zone.matrix.label')} tabIndex={0}>
        <table className="lh-zone-matrix">
          <thead>
            <tr>
              <td>{t('zone.matrix.corner')}</td>
              {answers.map((z) => <th key={z} scope="col"><Head plan={p} zone={z} /></th>)}
            </tr>
          </thead>
          <tbody>
            {asks.map((a) => (
              <tr key={a}>
                <th scope="row"><Head plan={p} zone={a} /></th>
                {answers.map((b) => <td key={b}><OneCell flow={flows.get(`${a}\n${b}`)} pick={pick} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="lh-zone-legend" aria-label={t('zone.matrix.legend')}>
        {standings.map((s) => <li key={s}><span className={`lh-zone-sign lh-zone-${s}`} aria-hidden="true">{standingSign[s]}</span><span><strong>{t(`zone.standings.${s}`)}</strong> <span className="lh-muted">{t(`zone.standingNotes.${s}`)}</span></span></li>)}
      </ul>
    </section>
  )
}

/** The zones of an axis: those that assets have, those that only conduits name, and no zone where somebody is in none. */
function names(p: Plan, side: 'client_zone' | 'server_zone'): string[] {
  const shown = p.shown.map((z) => z.name)
  const more = new Set(p.flows.map((x) => x[side]).filter((z) => z !== '' && !shown.includes(z)))
  return [...shown, ...[...more].sort(), ...(p.flows.some((x) => x[side] === '') ? [''] : [])]
}

function Head({ plan: p, zone }: { plan: Plan; zone: string }) {
  const t = useZoneTexts()
  const f = useFormat()
  const z = p.shown.find((x) => x.name === zone)
  if (zone === '') return <span className="lh-two"><span>{t('zone.none')}</span></span>
  if (!z) return <span className="lh-two"><span>{zone}</span><span className="lh-muted">{t('zone.gone')}</span></span>
  const level = z.level === 0 && z.levels === 1 ? t('zone.levelNone') : t(z.levels > 1 ? 'zone.levelsMixed' : 'zone.levels', { n: z.level })
  return <span className="lh-two"><span>{zone}</span><span className="lh-muted">{level} · {t('zone.assetsOf', { n: f.number(z.assets, 0) })}</span></span>
}

function OneCell({ flow: x, pick }: { flow: Flow | undefined; pick: (cell: Cell) => void }) {
  const t = useZoneTexts()
  const f = useFormat()
  if (!x) return <span className="lh-zone-nothing" aria-label={t('zone.matrix.nothing')}>–</span>
  const name = (zone: string) => zone || t('zone.none')
  return (
    <button type="button" className={`lh-zone-cell lh-zone-${x.standing}`} onClick={() => pick(x)} aria-label={t('zone.matrix.cell', { client: name(x.client_zone), server: name(x.server_zone), standing: t(`zone.standings.${x.standing}`) })}>
      <span className="lh-zone-word"><span aria-hidden="true">{standingSign[x.standing]}</span> {t(`zone.standings.${x.standing}`)}</span>
      {x.pairs > 0 && <span className="lh-number">{t('zone.matrix.pairs', { n: f.number(x.pairs, 0) })}</span>}
    </button>
  )
}
