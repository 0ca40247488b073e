import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Card, Drawer, Flex, Input, Select } from 'antd'
import { useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { api, Confirm, EmptyState, Failure, Figure, Figures, ifMatch, Loading, PageHeader, read, StatusTag, SyntheticMark, useChange, useFormat, useText } from '../../kernel'
import { Share } from './Protection'
import { periodTone, protectionKey, standings, standingSign, useDuty, usePeriod, useProtectionTexts, type Cell, type PeriodDetail } from './protection'
import { ProtectionReports, Said, StandingTag } from './ProtectionReports'
import './protection.css'

/** A period of special protection: who reported on which day, and what. */
export default function ProtectionPeriod() {
  const t = useProtectionTexts()
  const f = useFormat()
  const id = useParams().id ?? ''
  const { data: p, error, refetch } = usePeriod(id)
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!p) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={p.title} note={<>{p.from} – {p.until} · {t('protection.before', { time: p.time })}</>} marks={<><StatusTag tone={periodTone[p.state]}>{t(`protection.states.${p.state}`)}</StatusTag>{p.synthetic && <SyntheticMark />}</>} actions={p.acts.includes('end') && <End period={p} />} />
      {(p.note || p.reason) && <Card size="small"><div className="lh-notice-text">{p.note}</div>{p.reason && <div className="lh-muted">{t('protection.endedBy', { name: p.ended_by, time: f.time(p.ended_at), reason: p.reason })}</div>}</Card>}
      <Figures>
        {p.today_of > 0 && <Figure label={t('protection.figure.today')} value={`${f.number(p.today_said, 0)} / ${f.number(p.today_of, 0)}`} />}
        <Figure label={t('protection.field.share')} value={p.share === undefined ? '–' : f.number(p.share, 1)} {...(p.share === undefined ? {} : { unit: '%' })} note={t('protection.figure.of', { n: f.number(p.on_time, 0), all: f.number(p.counted, 0) })} />
        <Figure label={t('protection.late')} value={f.number(p.late, 0)} />
        <Figure label={t('protection.field.missing')} value={f.number(p.missing, 0)} {...(p.uncounted > 0 ? { note: t('protection.figure.uncounted', { n: f.number(p.uncounted, 0) }) } : {})} />
        <Figure label={t('protection.standings.something')} value={f.number(p.something, 0)} />
      </Figures>
      <Matrix period={p} />
      <ProtectionReports period={p.id} days={p.days} />
    </div>
  )
}

function End({ period: p }: { period: PeriodDetail }) {
  const t = useProtectionTexts()
  const [reason, setReason] = useState('')
  const end = useChange({ run: () => read(api.POST('/api/security/protection-periods/{id}/end', { params: { path: { id: p.id }, header: ifMatch(p.version) }, body: { reason } })), refresh: [protectionKey], done: t('protection.ended'), quiet: true })
  return (
    <Confirm title={t('protection.end')} note={<p>{t('protection.endNote')}</p>} label={t('protection.end')} disabled={reason.trim() === ''} run={() => end.mutateAsync(undefined)}>
      <Input.TextArea aria-label={t('protection.field.reason')} placeholder={t('protection.field.reason')} maxLength={1000} autoSize={{ minRows: 2 }} value={reason} onChange={(e) => setReason(e.target.value)} />
    </Confirm>
  )
}

/** How many participants are read at once. */
const atOnce = 50

/** Who takes part by days; the colour of a cell has a sign and a word beside it. */
function Matrix({ period: p }: { period: PeriodDetail }) {
  const t = useProtectionTexts()
  const text = useText()
  const [only, setOnly] = useState<'owing' | 'missing' | 'late' | 'something'>()
  const [q, setQ] = useState('')
  const [limit, setLimit] = useState(atOnce)
  const [params, setParams] = useSearchParams()
  const open = (duty: string) => setParams((old) => { const now = new URLSearchParams(old); if (duty) now.set('duty', duty); else now.delete('duty'); return now })
  const { data, error } = useQuery({
    queryKey: [...protectionKey, 'rows', p.id, only, q, limit], placeholderData: keepPreviousData, refetchInterval: 60_000,
    queryFn: () => read(api.GET('/api/security/protection-periods/{id}/organisations', { params: { path: { id: p.id }, query: { limit, ...(q ? { q } : {}), ...(only ? { only } : {}) } } })),
  })
  return (
    <Card size="small" title={t('protection.matrix')}>
      <div className="lh-stack">
        <Flex gap={8} wrap>
          <Input.Search aria-label={t('protection.searchParties')} placeholder={t('protection.searchParties')} allowClear style={{ maxWidth: 260 }} onSearch={setQ} />
          <Select allowClear aria-label={t('protection.field.only')} placeholder={t('protection.field.only')} style={{ minWidth: 160 }} value={only ?? null} onChange={(v) => setOnly(v ?? undefined)} options={(['owing', 'missing', 'late', 'something'] as const).map((s) => ({ value: s, label: t(`protection.onlies.${s}`) }))} />
        </Flex>
        {error && <Failure problem={error} />}
        {data && data.items.length === 0 && <EmptyState title={t('protection.nobody')} note={t('protection.nobodyNote')} />}
        {data && data.items.length > 0 && (
          /* Where it does not fit, it scrolls: by keyboard too. */
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className="lh-zero-box" role="region" aria-label={t('protection.matrix')} tabIndex={0}>
            <table className="lh-zero">
              <thead><tr><th scope="col">{t('protection.field.organisation')}</th><th scope="col">{t('protection.field.share')}</th>{p.days.map((day) => <th key={day} scope="col" className={day === p.today ? 'lh-zero-today' : ''}><span className="lh-number">{day.slice(5)}</span></th>)}</tr></thead>
              <tbody>
                {data.items.map((r) => (
                  <tr key={r.organisation_id}>
                    <th scope="row">{text(r.organisation)}</th>
                    <td><Share period={r} /></td>
                    {r.cells.map((c, i) => <td key={p.days[i]}><One cell={c} name={`${text(r.organisation)} ${p.days[i]}`} open={open} /></td>)}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data && data.total > data.items.length && limit < 500 && <Button onClick={() => setLimit(Math.min(limit + 150, 500))}>{t('protection.more', { n: data.items.length, total: data.total })}</Button>}
        <ul className="lh-zero-legend" aria-label={t('protection.legend')}>
          {standings.map((s) => <li key={s}><span className={`lh-zero-sign lh-zero-${s}`} aria-hidden="true">{standingSign[s]}</span>{t(`protection.standings.${s}`)}</li>)}
          <li><span className="lh-zero-sign lh-zero-late" aria-hidden="true">0*</span>{t('protection.lateNote')}</li>
        </ul>
      </div>
      <Day id={params.get('duty') ?? ''} close={() => open('')} />
    </Card>
  )
}

function One({ cell: c, name, open }: { cell: Cell; name: string; open: (duty: string) => void }) {
  const t = useProtectionTexts()
  const label = `${name} ${t(`protection.standings.${c.standing}`)}${c.late ? ` ${t('protection.late')}` : ''}`
  const look = `lh-zero-cell lh-zero-${c.late ? 'late' : c.standing}`
  const sign = standingSign[c.standing] + (c.late ? '*' : '')
  if (!c.duty) return <span className={look} role="img" aria-label={label} title={label}>{sign}</span>
  return <button type="button" className={look} aria-label={label} title={label} onClick={() => open(c.duty ?? '')}>{sign}</button>
}

/** What one participant reported of a day, with what stood there before. */
function Day({ id, close }: { id: string; close: () => void }) {
  const t = useProtectionTexts()
  const text = useText()
  const { data: d, error } = useDuty(id)
  return (
    <Drawer title={d ? `${text(d.organisation)} · ${d.day}` : t('protection.reports')} open={id !== ''} onClose={close} size="large" destroyOnHidden>
      {error ? <Failure problem={error} /> : !d ? <Loading /> : (
        <div className="lh-stack">
          <StandingTag duty={d} />
          {d.reports > 0 ? <Said said={d} /> : <p className="lh-note">{t('protection.notYet')}</p>}
          {d.versions.slice(1).map((v) => <Card key={v.number} size="small" title={t('protection.version', { n: v.number })}><Said said={{ ...v, said_at: v.at, reports: 1 }} />{!v.happened && <p>{t('protection.standings.nothing')}</p>}</Card>)}
        </div>
      )}
    </Drawer>
  )
}
