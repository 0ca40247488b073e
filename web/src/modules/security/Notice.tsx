import { useQuery } from '@tanstack/react-query'
import { Alert, Card } from 'antd'
import { Link, useSearchParams, useParams } from 'react-router'
import { api, Failure, Loading, none, PageHeader, PageTabs, Particulars, read, StatusTag, SyntheticMark, UploadButton, useChange, useFormat, useMay, useText } from '../../kernel'
import { NoticeActs } from './NoticeActs'
import { NoticeAddressees } from './NoticeAddressees'
import { NoticeCourse } from './NoticeCourse'
import { levelTone, noticeKey, noticeTone, useNotice, useWords, type NoticeDetail } from './noticeData'
import { NoticeFigures } from './NoticeFigures'
import { NoticeFiles } from './NoticeFiles'
import './notice.css'
import { useNoticeTexts } from './noticeTexts'
import { NoticeUpward } from './NoticeUpward'
import { useUpwardTexts } from './upwardTexts'
import { Watermark } from './Watermark'

/** One notice, as the city follows it. */
export default function Notice() {
  const { id = '' } = useParams()
  const t = useNoticeTexts()
  const { data, error, refetch } = useNotice(id)
  if (error) return <><PageHeader title={t('notice.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page notice={data} /> : <Loading />
}

function Page({ notice: n }: { notice: NoticeDetail }) {
  const t = useNoticeTexts()
  const upward = useUpwardTexts()
  const may = useMay()
  const [params, setParams] = useSearchParams()
  const out = n.number !== ''
  const part = params.get('part') ?? 'text'
  const proposal = n.revisions.find((r) => r.state === 'proposed')
  const items = [
    { key: 'text', label: t('notice.tabs.text'), children: <Content notice={n} /> },
    ...(out ? [{ key: 'addressees', label: t('notice.tabs.addressees'), children: <NoticeAddressees notice={n.id} /> }, { key: 'figures', label: t('notice.tabs.figures'), children: <NoticeFigures id={n.id} /> }] : []),
    ...(n.revisions.length > 0 ? [{ key: 'revisions', label: t('notice.tabs.revisions'), children: <Revisions notice={n} /> }] : []),
    ...(out && may('security.upward.view') ? [{ key: 'upward', label: upward('upward.tab'), children: <NoticeUpward notice={n} /> }] : []),
    { key: 'course', label: t('notice.tabs.course'), children: <NoticeCourse entries={n.course} /> },
  ]
  return (
    <div className="lh-stack">
      <Watermark tlp={n.tlp} />
      <PageHeader
        title={n.title} note={n.number || t(`notice.kinds.${n.kind}`)}
        marks={<><span className="lh-notice-mark">{n.mark}</span>{n.synthetic && <SyntheticMark />}<StatusTag tone={levelTone[n.level] ?? 'idle'}>{t(`notice.levels.l${n.level as 1 | 2 | 3 | 4}`)}</StatusTag><StatusTag tone={noticeTone[n.state]}>{n.lifted_at ? t('notice.lifted') : t(`notice.states.${n.state}`)}</StatusTag></>}
        actions={<NoticeActs notice={n} />}
      />
      {n.drill && <Alert type="warning" showIcon title={t('notice.drillNote', { title: n.drill_title })} description={n.pace > 1 ? t('notice.drillPace', { n: n.pace }) : undefined} />}
      {n.reason && <Alert type="warning" showIcon title={`${t('notice.field.reason')}：${n.reason}`} />}
      {proposal && <Alert type="info" showIcon title={`${t('notice.proposedTitle')}：${t(`notice.revisionActs.${proposal.act}`)}`} description={<>{t('notice.proposedBy', { name: proposal.by, change: proposal.change })}<br />{t('notice.signersLeft', { n: n.signers, m: proposal.signatures.length })}</>} />}
      <PageTabs label={t('notice.one')} active={items.some((x) => x.key === part) ? part : 'text'} change={(key) => setParams(key === 'text' ? {} : { part: key }, { replace: true })} items={items} />
    </div>
  )
}

function Content({ notice: n }: { notice: NoticeDetail }) {
  const t = useNoticeTexts()
  const above = useUpwardTexts()
  const f = useFormat()
  const words = useWords()
  const detach = useChange({ run: (id: string) => read(api.DELETE('/api/security/notice-files/{id}', { params: { path: { id } } })), refresh: [noticeKey] })
  const again = useChange({ run: () => Promise.resolve(), refresh: [noticeKey] })
  const draft = n.acts.includes('edit')
  return (
    <Card size="small">
      <Particulars
        items={[
          { key: 'body', label: t('notice.field.body'), children: <span className="lh-notice-text">{n.body}</span> },
          { key: 'ask', label: t('notice.field.ask'), children: <span className="lh-notice-text">{n.ask}</span> },
          ...(n.origin ? [{ key: 'origin', label: above('received.origin'), children: <span className="lh-two lh-wrap"><Link to={`/security/received/${n.origin.id}`}>{n.origin.number || n.origin.title}</Link><span className="lh-muted">{n.origin.from}{n.origin.withdrawn ? ` · ${above('received.originWithdrawn')}` : n.origin.changed ? ` · ${above('received.originChanged')}` : ''}</span></span> }] : []),
          ...(n.incident ? [{ key: 'incident', label: t('notice.field.incident'), children: <Link to={`/security/incidents/${n.incident.id}`}>{n.incident.number} {n.incident.title}</Link> }] : []),
          { key: 'category', label: t('notice.field.category'), children: words.category(n.category) },
          ...(n.colour ? [{ key: 'colour', label: t('notice.field.colour'), children: t(`notice.colours.${n.colour}`) }] : []),
          { key: 'audience', label: t('notice.field.audience'), children: <Audience notice={n} /> },
          { key: 'files', label: t('notice.field.files'), children: <>{n.files.length > 0 ? <NoticeFiles files={n.files} {...(draft ? { remove: (id: string) => detach.mutate(id) } : {})} /> : none}{draft && <UploadButton to={`/api/security/notices/${n.id}/files`} label={t('notice.attach')} took={() => again.mutate()} />}</> },
          { key: 'author', label: t('notice.field.author'), children: `${n.author} · ${f.time(n.created_at)}` },
          { key: 'signed', label: t('notice.field.signatures'), children: n.signatures.length > 0 ? f.list(n.signatures.map((s) => `${s.name} ${f.time(s.at)}`)) : t('notice.signersLeft', { n: n.signers, m: 0 }) },
          ...(n.issued_at ? [{ key: 'issued', label: t('notice.field.issued'), children: <span className="lh-number">{f.time(n.issued_at)}</span> }] : []),
          ...(n.lifted_at ? [{ key: 'lifted', label: t('notice.field.lifted'), children: <span className="lh-number">{f.time(n.lifted_at)}</span> }] : []),
          ...(n.closed_at ? [{ key: 'closed', label: t('notice.field.closed'), children: <span className="lh-number">{f.time(n.closed_at)}</span> }] : []),
          ...(n.review ? [{ key: 'review', label: t('notice.field.review'), children: <span className="lh-notice-text">{n.review}</span> }] : []),
        ]}
      />
    </Card>
  )
}

/** To whom a notice goes, and how many that are. */
function Audience({ notice: n }: { notice: NoticeDetail }) {
  const t = useNoticeTexts()
  const text = useText()
  const f = useFormat()
  const words = useWords()
  const chosen = n.audience.all || n.audience.districts.length > 0 || n.audience.organisations.length > 0 || (n.audience.advisories?.length ?? 0) > 0 || (n.audience.products?.length ?? 0) > 0
  const { data } = useQuery({ queryKey: [...noticeKey, 'audience', n.id, n.version], queryFn: () => read(api.GET('/api/security/notices/{id}/audience', { params: { path: { id: n.id } } })), enabled: chosen })
  if (!chosen) return t('notice.audience.none')
  if (!data) return t('notice.audience.checking')
  return (
    <span className="lh-two lh-wrap">
      <span><strong>{t('notice.audience.count', { n: data.count })}</strong> {f.list(data.districts.map((d) => t('notice.audience.districts', { name: d.district ? words.district(d.district) : t('notice.audience.other'), n: d.count })))}</span>
      <span className="lh-muted">{f.list(data.names.map(text))}{data.count > data.names.length && '…'}</span>
      {data.unnamed > 0 && <span>{t('notice.audience.unnamed', { n: data.unnamed })}</span>}
      {data.unreachable.length > 0 && <StatusTag tone="bad">{t('notice.unreachable', { n: data.unreachable.length, names: f.list(data.unreachable.map(text)) })}</StatusTag>}
    </span>
  )
}

function Revisions({ notice: n }: { notice: NoticeDetail }) {
  const t = useNoticeTexts()
  const f = useFormat()
  return (
    <div className="lh-stack">
      {n.revisions.map((r) => (
        <Card key={r.id} size="small" title={`${r.number} · ${t(`notice.revisionActs.${r.act}`)}`} extra={<StatusTag tone={r.state === 'held' ? 'good' : r.state === 'refused' ? 'bad' : 'info'}>{t(`notice.revisionStates.${r.state}`)}</StatusTag>}>
          <Particulars
            items={[
              ...(r.change ? [{ key: 'change', label: t('notice.field.change'), children: <span className="lh-notice-text">{r.change}</span> }] : []),
              { key: 'title', label: t('notice.field.title'), children: r.text.title },
              { key: 'level', label: t('notice.field.level'), children: t(`notice.levels.l${r.text.level as 1 | 2 | 3 | 4}`) },
              { key: 'tlp', label: t('notice.field.tlp'), children: t(`notice.tlps.${r.text.tlp === 'amber+strict' ? 'strict' : r.text.tlp}`) },
              { key: 'body', label: t('notice.field.body'), children: <span className="lh-notice-text">{r.text.body}</span> },
              { key: 'ask', label: t('notice.field.ask'), children: <span className="lh-notice-text">{r.text.ask}</span> },
              ...(r.reason ? [{ key: 'reason', label: t('notice.field.reason'), children: <span className="lh-notice-text">{r.reason}</span> }] : []),
              { key: 'by', label: t('notice.field.author'), children: `${r.by} · ${f.time(r.at)}` },
            ]}
          />
        </Card>
      ))}
    </div>
  )
}
