import { Button, Card, Drawer, Grid, Input } from 'antd'
import { useState } from 'react'
import { api, Confirm, Failure, Loading, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { limitKey, useLimitName, useLimits, useLimitTexts, type LimitEntry, type LimitShown, type LimitsShown } from './limits'
import { SecondPerson } from './SecondPerson'
import { TimeLimitForm } from './TimeLimitForm'
import { Hands, TimeLimitHistory } from './TimeLimitHistory'

interface Open { what: 'change' | 'history'; limit: LimitShown }

/** The time limits that the city may set itself: what waits for a second person, what holds, and what the defaults are. */
export default function TimeLimits() {
  const t = useLimitTexts()
  const { name } = useLimitName()
  const [open, setOpen] = useState<Open | null>(null)
  const { data, error, refetch } = useLimits()
  const close = () => setOpen(null)
  return (
    <div className="lh-stack">
      <PageHeader title={t('limit.title')} note={t('limit.note')} />
      {error ? <Failure problem={error} retry={() => void refetch()} /> : data ? <Shown shown={data} open={setOpen} /> : <Loading />}
      <Drawer title={open?.what === 'change' ? t('limit.changeOf', { name: name(open.limit) }) : ''} open={open?.what === 'change'} onClose={close} size="large" destroyOnHidden>
        {open && data && <TimeLimitForm limit={open.limit} today={data.today} close={close} />}
      </Drawer>
      <Drawer title={open?.what === 'history' ? t('limit.historyOf', { name: name(open.limit) }) : ''} open={open?.what === 'history'} onClose={close} size="large" destroyOnHidden>
        {open && <TimeLimitHistory limit={open.limit} />}
      </Drawer>
    </div>
  )
}

function Shown({ shown, open }: { shown: LimitsShown; open: (o: Open) => void }) {
  const t = useLimitTexts()
  const text = useText()
  const wide = Grid.useBreakpoint().md !== false
  const { level } = useLimitName()
  const same = (a: LimitShown | undefined, b: LimitShown) => a?.obligation === b.obligation
  const rows = (i: number) => (same(shown.limits[i - 1], shown.limits[i]!) ? 0 : shown.limits.filter((x) => same(x, shown.limits[i]!)).length)
  return (
    <>
      {shown.waiting.length > 0 && <section className="lh-stack" aria-label={t('limit.waiting')}>{shown.waiting.map((e) => <Waits key={e.id} entry={e} shown={shown} />)}</section>}
      <Card size="small" title={t('limit.all')}>
        <PlainTable<LimitShown>
          label={t('limit.all')} rowKey={(x) => `${x.obligation}/${x.level}`} dataSource={shown.limits} pagination={false} scroll={{ x: '100%' }}
          columns={[
            ...(wide ? [{ title: t('limit.field.obligation'), onCell: (_: LimitShown, i?: number) => ({ rowSpan: rows(i ?? 0) }), render: (_: unknown, x: LimitShown) => <strong className="lh-wrap">{text(x.title)}</strong> }] : []),
            { title: wide ? '' : t('limit.field.obligation'), render: (_, x) => (wide ? <span className="lh-number">{level(x.level)}</span> : <span className="lh-two"><span>{text(x.title)}</span><span>{level(x.level)}</span></span>) },
            { title: t('limit.field.time'), render: (_, x) => <Time limit={x} wide={wide} /> },
            ...(wide ? [
              { title: t('limit.field.basis'), render: (_: unknown, x: LimitShown) => <span className="lh-wrap">{text(x.holds?.basis ?? x.default.basis)}</span> },
              { title: t('limit.field.since'), render: (_: unknown, x: LimitShown) => <span className="lh-wrap lh-muted"><Since limit={x} /></span> },
            ] : []),
            {
              title: '', align: 'right', render: (_, x) => (
                <span className={wide ? 'lh-number' : ''}>
                  {shown.may && <Button size="small" onClick={() => open({ what: 'change', limit: x })}>{t('limit.change')}</Button>}
                  <Button size="small" type="link" onClick={() => open({ what: 'history', limit: x })}>{t('limit.history')}</Button>
                </span>
              ),
            },
          ]}
        />
      </Card>
    </>
  )
}

/** How long something may take now, and what comes. */
function Time({ limit: x, wide }: { limit: LimitShown; wide: boolean }) {
  const t = useLimitTexts()
  const text = useText()
  return (
    <span className="lh-two lh-wrap">
      <span><strong className="lh-number">{text(x.holds?.words ?? x.words)}</strong> <StatusTag tone={x.holds ? 'info' : 'idle'}>{t(x.holds ? 'limit.own' : 'limit.default')}</StatusTag></span>
      {x.holds && <span className="lh-muted">{t('limit.defaultOf', { time: text(x.words) })}</span>}
      {x.coming.map((e) => <span key={e.id} className="lh-muted">{t('limit.comes', { from: e.from, time: text(e.words) })}</span>)}
      {!wide && <span className="lh-muted">{text(x.holds?.basis ?? x.default.basis)}</span>}
      {!wide && x.holds && <span className="lh-muted"><Since limit={x} /></span>}
    </span>
  )
}

function Since({ limit: x }: { limit: LimitShown }) {
  const t = useLimitTexts()
  const f = useFormat()
  if (!x.holds) return <>{t('limit.fromProgram')}</>
  return <><span className="lh-number">{f.time(x.holds.since)}</span> · {t('limit.version', { n: x.holds.version })}{x.holds.set_by && <> · <Hands entry={x.holds} /></>}</>
}

/** What somebody proposed, with what another person may do about it. */
function Waits({ entry: e, shown }: { entry: LimitEntry; shown: LimitsShown }) {
  const t = useLimitTexts()
  const text = useText()
  const { name } = useLimitName()
  const [reason, setReason] = useState('')
  const params = { path: { id: e.id } }
  const limit = shown.limits.find((x) => x.obligation === e.obligation && x.level === e.level)
  const label = limit ? name(limit) : e.obligation
  const way = e.may_confirm ? 'giveBack' : 'withdraw'
  const giveBack = useChange({ run: () => read(api.POST('/api/security/time-limits/{id}/return', { params, body: { reason } })), refresh: [limitKey], done: t(way === 'giveBack' ? 'limit.returned' : 'limit.withdrawn'), quiet: true, after: () => setReason('') })
  return (
    <SecondPerson
      of={{ ...e, name: label }} refresh={limitKey} confirm={() => read(api.POST('/api/security/time-limits/{id}/confirmation', { params }))} ask={t('limit.secondNote')}
      details={(
        <span className="lh-two lh-wrap">
          <strong>{t('limit.proposal', { name: label, now: limit ? text(limit.holds?.words ?? limit.words) : '', time: text(e.words), from: e.from })}</strong>
          <span>{text(e.basis)}</span>
          <span>{t('limit.because', { reason: e.reason })}</span>
        </span>
      )}
      more={shown.may && (
        <Confirm title={t(`limit.${way}Ask`, { name: label })} label={t(`limit.${way}`)} button={{ size: 'small' }} disabled={reason.trim() === ''} run={() => giveBack.mutateAsync()}>
          <Input.TextArea aria-label={t('limit.field.reason')} placeholder={t('limit.field.reason')} maxLength={400} autoSize={{ minRows: 2 }} value={reason} onChange={(x) => setReason(x.target.value)} />
        </Confirm>
      )}
    />
  )
}
