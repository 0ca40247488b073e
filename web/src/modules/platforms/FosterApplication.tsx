import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, Confirm, CopyBlock, EntityForm, Failure, Figure, Figures, ifMatch, Loading, none, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useText } from '../../kernel'
import { FigureLink } from './FigureLink'
import { gradeTone } from './findings'
import { Answers, AnswersForm } from './FosterAnswers'
import { Decision } from './FosterDecision'
import { Reviewers, ReviewForm } from './FosterReview'
import { applicationTone, fosterKey, useApplication, type Application } from './fostering'
import { Origins } from './Origin'
import { usePlatformTexts } from './texts'
import './fostering.css'

/** One application: what was answered, with what evidence, what the city knows, and what came of it. */
export default function FosterApplication() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const application = useApplication(id)
  if (application.error) return <><PageHeader title={t('foster.application')} /><Failure problem={application.error} retry={() => void application.refetch()} /></>
  return application.data ? <Page application={application.data} /> : <Loading />
}

function Page({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const can = (act: string) => a.acts.includes(act)
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('foster.applicationOf', { platform: text(a.platform) })}
        note={<><Link to={`/platforms/fostering/calls/${a.call_id}`}>{text(a.call.title)}</Link> · {text(a.operator)} · {t('foster.until', { time: f.time(a.supplement_until ?? a.call.closes_at) })}</>}
        marks={<><StatusTag tone={applicationTone[a.state]}>{t(`foster.states.${a.state}`)}</StatusTag>{a.synthetic && <SyntheticMark />}</>}
        actions={<Actions application={a} />}
      />
      {a.state === 'returned' && <Alert type="warning" showIcon title={t('foster.returnedFor', { reason: a.reason, time: f.time(a.supplement_until) })} />}
      {a.state === 'awarded' && <Alert type="success" showIcon title={t('foster.awardedFor', { reason: a.reason })} description={a.award && <Link to={`/platforms/fostering/awards/${a.award.id}`}>{t('foster.toAward', { certificate: a.award.certificate })}</Link>} />}
      {a.state === 'not_awarded' && <Alert type="info" showIcon title={t('foster.notAwardedFor', { reason: a.reason })} />}
      {a.state === 'draft' && !a.accepts && <Alert type="warning" showIcon title={t('foster.tooLate')} />}
      {a.digest && <Digest application={a} />}
      <Known application={a} />
      {can('review') && <Card size="small" title={t('foster.myReview')}><ReviewForm application={a} /></Card>}
      <Card size="small" title={t('foster.answers')}>{can('save') ? <AnswersForm application={a} /> : <Answers application={a} />}</Card>
      {(a.side === 'city' || a.outcome) && <Card size="small" title={t('foster.reviews')}><Reviewers application={a} /></Card>}
    </div>
  )
}

/** The digest of what was submitted, and what it is of. */
function Digest({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('foster.digest')} extra={<Button size="small" icon={<DownloadOutlined />} href={`/api/platforms/foster/applications/${a.id}/submission`}>{t('foster.downloadSubmission')}</Button>}>
      <CopyBlock text={a.digest} label={t('foster.digestLabel')} />
      <p className="lh-note">{t('foster.digestNote', { time: f.time(a.submitted_at) })}</p>
    </Card>
  )
}

/** What the city itself knows of the platform. */
function Known({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const k = a.figures
  return (
    <>
      <Figures>
        <Figure label={t('quality.grade')} value={<StatusTag tone={gradeTone[k.grade]}>{k.grade === 'none' ? t('quality.ungraded') : k.grade}</StatusTag>} note={k.grade === 'none' ? '' : f.number(k.trust, 1)} />
        <Figure label={t('foster.availability')} value={k.availability === undefined ? none : `${f.number(k.availability, 2)}%`} />
        <Figure label={t('foster.rank')} value={k.rank ? <Link to={`/platforms/rankings/${k.rank.id}`}>{t('foster.rankOf', { place: k.rank.place, of: k.rank.of })}</Link> : none} note={k.rank ? `${text(k.rank.name)} ${k.rank.month}` : ''} />
        <Figure label={t('foster.newest')} value={<Link to={`/platforms/${a.platform_id}`}>{f.number(k.indicators.length)}</Link>} note={t('foster.cityFigures')} />
      </Figures>
      {k.indicators.length > 0 && (
        <Card size="small" title={t('foster.indicators')}>
          <PlainTable
            label={t('foster.indicators')} rowKey="code" dataSource={k.indicators}
            columns={[
              { key: 'title', title: t('field.indicator'), render: (_, x) => text(x.title) },
              { key: 'value', title: t('field.value'), align: 'right', render: (_, x) => <><FigureLink of={{ platform: a.platform_id, code: x.code }}>{f.number(x.value)}</FigureLink> {text(x.unit)}</> },
              { key: 'at', title: t('field.period'), responsive: ['sm'], render: (_, x) => <span className="lh-number">{f.time(x.at)}</span> },
            ]}
          />
          <Origins />
        </Card>
      )}
    </>
  )
}

function Actions({ application: a }: { application: Application }) {
  const t = usePlatformTexts()
  const [returning, giveBack] = useState(false)
  const at = { path: { id: a.id }, header: ifMatch(a.version) }
  const recall = useChange({ run: () => read(api.DELETE('/api/platforms/foster/applications/{id}/submission', { params: at })), refresh: [fosterKey], done: t('foster.recalled'), quiet: true })
  const withdraw = useChange({ run: () => read(api.POST('/api/platforms/foster/applications/{id}/withdrawal', { params: at })), refresh: [fosterKey], done: t('foster.withdrawnDone'), quiet: true })
  const back = useChange({
    run: (v: { reason: string; until: Dayjs }) => read(api.POST('/api/platforms/foster/applications/{id}/return', { params: at, body: { reason: v.reason, until: v.until.toISOString() } })),
    refresh: [fosterKey], done: t('page.moved'), after: () => giveBack(false), quiet: true,
  })
  const can = (act: string) => a.acts.includes(act)
  const need = (label: string) => [{ required: true, message: t('form.missing', { label }) }]
  return (
    <>
      {can('recall') && <Confirm title={t('foster.recallTitle')} note={t('foster.recallNote')} label={t('foster.recall')} run={() => recall.mutateAsync()} danger={false} />}
      {can('withdraw') && <Confirm title={t('foster.withdrawTitle')} note={t('foster.withdrawNote')} label={t('foster.withdraw')} run={() => withdraw.mutateAsync()} />}
      {can('return') && <Button onClick={() => giveBack(true)}>{t('foster.return')}</Button>}
      {(can('award') || can('refuse')) && <Decision application={a} awards={can('award')} />}
      <Modal open={returning} onCancel={() => giveBack(false)} title={t('foster.return')} footer={null} destroyOnHidden>
        <EntityForm<{ reason: string; until: Dayjs }> name="return" submit={(v) => back.mutateAsync(v)} submitLabel={t('foster.return')} cancel={() => giveBack(false)}>
          <Form.Item name="reason" label={t('foster.missing')} rules={need(t('foster.missing'))}><Input.TextArea maxLength={4000} autoSize={{ minRows: 2 }} /></Form.Item>
          <Form.Item name="until" label={t('foster.supplementUntil')} rules={need(t('foster.supplementUntil'))}><DatePicker showTime style={{ width: '100%' }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
