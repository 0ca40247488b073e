import { DownOutlined } from '@ant-design/icons'
import { Alert, Card, Descriptions, Drawer, Dropdown, Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import {
  api, Confirm, EntityForm, Failure, Figure, Figures, ifMatch, Loading, none, PageHeader, PageTabs, Problem, read, Remarks, StatusTag, SyntheticMark, useChange, useFormat, useMay, useText,
} from '../../kernel'
import { AlertList } from './AlertList'
import { Availability } from './Availability'
import { Backfill } from './Backfill'
import { AwardMark } from './FosterAward'
import { freshnessTone, roomKey, statusTone, usePlatform, useVocabulary, type PlatformDetail } from './data'
import { Documents } from './Documents'
import { FigureLink } from './FigureLink'
import { History } from './History'
import { Indicators } from './Indicators'
import { Keys } from './Keys'
import { inputOf, PlatformFields, type Values } from './PlatformFields'
import { Origins } from './Origin'
import { PlatformQuality } from './PlatformQuality'
import { Served } from './Served'
import { Sources } from './Sources'
import { Submissions } from './Submissions'
import { usePlatformTexts } from './texts'

/** One platform: what it reports, how it reports, and what it is. */
export default function Platform() {
  const { id = '' } = useParams()
  const platform = usePlatform(id)
  const t = usePlatformTexts()
  if (platform.error) {
    const gone = platform.error instanceof Problem && platform.error.status === 404
    return (
      <>
        <PageHeader title={t('page.title')} />
        <Failure problem={platform.error} {...(gone ? {} : { retry: () => void platform.refetch() })} />
      </>
    )
  }
  return platform.data ? <Page platform={platform.data} /> : <Loading />
}

function Page({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const may = useMay()
  const vocabulary = useVocabulary()
  const [params, setParams] = useSearchParams()
  const tabs = [
    { key: 'indicators', label: t('page.indicators'), children: <Indicators id={platform.id} shared={platform.shared ?? false} /> },
    { key: 'quality', label: t('quality.title'), children: <PlatformQuality id={platform.id} shared={platform.shared ?? false} /> },
    ...(platform.shared ? [] : [{ key: 'availability', label: t('availability.title'), children: <Availability platform={platform} /> }]),
    ...(platform.shared || !may('platforms.alert.view') ? [] : [{ key: 'alerts', label: t('alerts.title'), children: <AlertList platform={platform.id} /> }]),
    ...(platform.shared ? [] : [{ key: 'sources', label: t('sources.title'), children: <Sources platform={platform} /> }, { key: 'served', label: t('reach.servedTab'), children: <Served platform={platform} /> }, { key: 'submissions', label: t('page.submissions'), children: <Submissions id={platform.id} /> }, { key: 'keys', label: t('page.keys'), children: <Keys platform={platform} /> }, { key: 'comments', label: t('page.comments'), children: <Remarks kind="platforms.platform" id={platform.id} /> }]),
    ...(may('platforms.backfill') && !platform.shared ? [{ key: 'backfill', label: t('page.backfill'), children: <Backfill platform={platform} /> }] : []),
    { key: 'entry', label: t('page.entry'), children: <div className="lh-stack"><Entry platform={platform} />{!platform.shared && <><Documents id={platform.id} /><History id={platform.id} /></>}</div> },
  ]
  return (
    <div className="lh-stack">
      <PageHeader
        title={text(platform.name)}
        note={<span className="lh-code">{platform.code}</span>}
        marks={
          <>
            <StatusTag tone={statusTone[platform.status]}>{vocabulary.title('statuses', platform.status)}</StatusTag>
            <StatusTag tone={freshnessTone[platform.freshness]}>{t(`freshness.${platform.freshness}`)}</StatusTag>
            {platform.shared && <StatusTag tone="info">{t('page.shared', { operator: text(platform.operator.name) })}</StatusTag>}
            {platform.synthetic && <SyntheticMark />}
            <AwardMark platform={platform.id} />
          </>
        }
        actions={platform.shared ? null : <Actions platform={platform} />}
      />
      {platform.status_reason && (platform.status === 'suspended' || platform.status === 'retired') && <Alert type="warning" showIcon title={`${vocabulary.title('statuses', platform.status)}：${platform.status_reason}`} />}
      <Head platform={platform} />
      <Card size="small">
        <PageTabs label={t('page.title')} active={params.get('tab') ?? 'indicators'} change={(tab) => setParams(tab === 'indicators' ? {} : { tab }, { replace: true })} items={tabs} />
      </Card>
      <Origins />
    </div>
  )
}

function Head({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const value = (code: string) => {
    const v = platform.indicators[code]
    return v === undefined ? none : <FigureLink of={{ platform: platform.id, code }}>{f.number(v)}</FigureLink>
  }
  return (
    <Figures>
      <Figure label={t('field.lastReport')} value={platform.last_report_at ? f.ago(platform.last_report_at) : none} note={platform.last_report_at ? f.time(platform.last_report_at) : t('freshness.never')} />
      <Figure label={t('list.enterprises')} value={value('ent_served')} />
      <Figure label={t('list.devices')} value={value('dev_connected')} />
      {!platform.shared && <Figure label={t('field.series')} value={f.number(platform.limits.series_used)} note={t('page.seriesLimit', { limit: f.number(platform.limits.series) })} />}
    </Figures>
  )
}

function Actions({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const may = useMay()
  const go = useNavigate()
  const [editing, setEditing] = useState(false)
  const remove = useChange({
    run: () => read(api.DELETE('/api/platforms/{id}', { params: { path: { id: platform.id } } })),
    refresh: [[...roomKey, 'list'], [...roomKey, 'summary']],
    after: () => void go('/platforms'),
    quiet: true,
  })
  return (
    <>
      {may('platforms.register') && <Button onClick={() => setEditing(true)}>{t('page.edit')}</Button>}
      {may('platforms.review') && platform.transitions.length > 0 && <Move platform={platform} />}
      {may('platforms.review') && platform.synthetic && <Confirm title={t('page.removeTitle')} note={t('page.removeNote')} label={t('page.remove')} run={() => remove.mutateAsync()} />}
      <Edit platform={platform} open={editing} close={() => setEditing(false)} />
    </>
  )
}

function Edit({ platform, open, close }: { platform: PlatformDetail; open: boolean; close: () => void }) {
  const t = usePlatformTexts()
  const change = useChange({
    run: (values: Values) =>
      read(api.PUT('/api/platforms/{id}', { params: { path: { id: platform.id }, header: ifMatch(platform.version) }, body: { ...inputOf(values), code: platform.code } })),
    refresh: [roomKey],
    done: t('page.saved'),
    after: close,
    quiet: true,
  })
  const { name, class: kind, district, contact, url, description } = platform
  const initial: Partial<Values> = { name, class: kind, district, contact, url, description, ...(platform.industry ? { industry: platform.industry } : {}) }
  return (
    <Drawer open={open} onClose={close} size={720} title={t('page.edit')} destroyOnHidden>
      <EntityForm<Values> initial={initial} submit={(values) => change.mutateAsync(values)} cancel={close} wide>
        <PlatformFields />
      </EntityForm>
    </Drawer>
  )
}

function Move({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const vocabulary = useVocabulary()
  const [to, setTo] = useState<PlatformDetail['status'] | null>(null)
  const change = useChange({
    run: (reason: string) =>
      read(api.POST('/api/platforms/{id}/status', { params: { path: { id: platform.id }, header: ifMatch(platform.version) }, body: { to: to!, reason } })),
    refresh: [roomKey],
    done: t('page.moved'),
    after: () => setTo(null),
    quiet: true,
  })
  const needsReason = to === 'suspended' || to === 'retired'
  const items = platform.transitions.map((s) => ({ key: s, label: t('page.moveTo', { status: vocabulary.title('statuses', s) }), danger: s === 'retired' }))
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => setTo(key as PlatformDetail['status']) }}>
        <Button>
          {t('page.move')} <DownOutlined />
        </Button>
      </Dropdown>
      <Modal open={to !== null} title={to && t('page.moveTo', { status: vocabulary.title('statuses', to) })} footer={null} onCancel={() => setTo(null)} destroyOnHidden>
        <EntityForm<{ reason?: string }> submit={({ reason }) => change.mutateAsync(reason ?? '')} submitLabel={t('page.move')} cancel={() => setTo(null)}>
          <Form.Item name="reason" label={t('field.reason')} rules={needsReason ? [{ required: true, whitespace: true, message: t('form.missing', { label: t('field.reason') }) }] : []}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
          </Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}

function Entry({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  const { contact } = platform
  const kept = [
    { label: t('field.contact'), children: [contact.name, contact.phone, contact.email].filter(Boolean).join(' · ') || none },
    { label: t('field.limits'), children: t('page.limits', { series: f.number(platform.limits.series), samples: f.number(platform.limits.samples_per_minute) }) },
  ]
  const items = [
    { label: t('field.operator'), children: text(platform.operator.name) },
    { label: t('field.class'), children: vocabulary.title('classes', platform.class) },
    { label: t('field.industry'), children: platform.industry ? `${platform.industry} ${vocabulary.title('industries', platform.industry)}` : t('field.crossIndustry') },
    { label: t('field.district'), children: vocabulary.title('districts', platform.district) },
    { label: t('field.url'), children: platform.url ? <a href={platform.url} target="_blank" rel="noreferrer">{platform.url}</a> : none },
    { label: t('field.created'), children: f.time(platform.created_at) },
    ...(platform.shared ? [] : kept),
    { label: t('field.description'), children: platform.description || none, span: 'filled' as const },
  ]
  return <Descriptions column={{ xs: 1, md: 2 }} items={items.map((x) => ({ key: x.label, ...x }))} />
}
