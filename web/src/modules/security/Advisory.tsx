import { DownloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card } from 'antd'
import { useParams } from 'react-router'
import { api, Failure, Loading, none, PageHeader, Particulars, PlainTable, read, StatusTag, SyntheticMark, useFormat, useMay } from '../../kernel'
import { Remedies } from './AdvisoryExposure'
import { ExposureTable } from './AdvisoryExposureTable'
import { ListedBeside } from './ListedBeside'
import { severityTone, useWeaknessTexts, weaknessKey, type AdvisoryDetail } from './weaknesses'

type Vulnerability = AdvisoryDetail['vulnerabilities'][number]
type Product = AdvisoryDetail['product_list'][number]

/** One advisory: what to do first, then whom it concerns, its vulnerabilities and products. */
export default function Advisory() {
  const { id = '' } = useParams()
  const t = useWeaknessTexts()
  const { data, error, refetch } = useQuery({ queryKey: [...weaknessKey, 'advisory', id], queryFn: () => read(api.GET('/api/security/advisories/{id}', { params: { path: { id } } })), refetchInterval: (q) => (q.state.data?.stale ? 2000 : false) })
  if (error) return <><PageHeader title={t('weakness.advisories.one')} /><Failure problem={error} retry={() => void refetch()} /></>
  return data ? <Page advisory={data} /> : <Loading />
}

function Page({ advisory: a }: { advisory: AdvisoryDetail }) {
  const t = useWeaknessTexts()
  return (
    <div className="lh-stack">
      <PageHeader
        title={a.title} note={`${a.tracking_id} · ${a.publisher}`} actions={<Button icon={<DownloadOutlined />} href={`/api/security/advisories/${a.id}/document`} download>{t('weakness.advisories.document')}</Button>}
        marks={<><StatusTag tone={severityTone[a.severity]}>{t(`weakness.severities.${a.severity}`)}</StatusTag>{a.kev && <StatusTag tone="bad">{t('weakness.advisories.kev')}</StatusTag>}<StatusTag tone="idle">TLP:{a.tlp}</StatusTag>{a.synthetic && <SyntheticMark />}</>}
      />
      {a.despite && <Alert type="warning" showIcon title={`${t('weakness.advisories.despite')}: ${a.despite}`} description={<ul className="lh-faults">{a.failings.map((f, i) => <li key={i}>{f.test} {f.title}: {f.what}</li>)}</ul>} />}
      <div className="lh-main-side">
        <div className="lh-stack">
          <Card size="small" title={t('weakness.advisories.remediation')}><Remedies list={a.remediation} /></Card>
          <ListedBeside list={a.vulnerabilities.flatMap((v) => v.listed)} />
        </div>
        <About advisory={a} />
      </div>
      <Card size="small" title={t('weakness.advisories.mine')}><ExposureTable fixed={{ advisory: a.id }} stale={a.stale} /></Card>
      <Vulnerabilities list={a.vulnerabilities} />
      <Products list={a.product_list} />
    </div>
  )
}

function About({ advisory: a }: { advisory: AdvisoryDetail }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  const may = useMay()
  return (
    <Card size="small" title={t('weakness.advisories.summary')}>
      <p className="lh-wrap">{a.summary}</p>
      <Particulars
        items={[
          { key: 'vendors', label: t('weakness.advisories.vendor'), children: a.vendors || none },
          { key: 'revision', label: t('weakness.advisories.revision'), children: a.revision },
          { key: 'released', label: t('weakness.advisories.released'), children: <span className="lh-number">{f.time(a.released_at)}</span> },
          { key: 'score', label: t('weakness.advisories.score'), children: a.score > 0 ? f.number(a.score, 1) : none },
          { key: 'epss', label: t('weakness.advisories.epss'), children: a.epss >= 0 ? `${f.number(a.epss * 100, 1)}%` : none },
          { key: 'affected', label: t('weakness.advisories.affected'), children: f.number(a.affected, 0) },
          { key: 'enterprises', label: t('weakness.advisories.enterprises'), children: a.enterprises > 0 || may('security.advisory.import') ? f.number(a.enterprises, 0) : t('weakness.advisories.fewer') },
        ]}
      />
    </Card>
  )
}

function Vulnerabilities({ list }: { list: Vulnerability[] }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('weakness.advisories.vulnerabilities')}>
      <PlainTable<Vulnerability>
        label={t('weakness.advisories.vulnerabilities')} rowKey={(v) => `${v.cve} ${v.title}`} dataSource={list} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('weakness.advisories.cve'), render: (_, v) => <span className="lh-two lh-wrap"><span className="lh-code">{v.cve || none}</span><span className="lh-muted">{v.title || v.cwe}</span>{v.listed.length > 0 && <span className="lh-muted lh-code">{v.listed.map((x) => x.number).join(', ')}</span>}</span> },
          { title: t('weakness.advisories.score'), align: 'right', render: (_, v) => <span className="lh-number">{v.score > 0 ? f.number(v.score, 1) : none}</span> },
          { title: t('weakness.advisories.threat'), render: (_, v) => <span className="lh-two lh-wrap"><span>{v.threat?.kev_added ? <StatusTag tone="bad">KEV {v.threat.kev_added}</StatusTag> : none}</span><span className="lh-muted">{[v.threat && v.threat.epss >= 0 && `EPSS ${f.number(v.threat.epss * 100, 1)}%`, v.threat?.exploitation && `SSVC ${v.threat.exploitation}`].filter(Boolean).join(' · ')}</span></span> },
          { title: t('weakness.advisories.description'), responsive: ['md'], render: (_, v) => <span className="lh-wrap">{v.description}</span> },
        ]}
      />
    </Card>
  )
}

function Products({ list }: { list: Product[] }) {
  const t = useWeaknessTexts()
  return (
    <Card size="small" title={t('weakness.advisories.products')}>
      <PlainTable<Product & { key: number }>
        label={t('weakness.advisories.products')} rowKey={(p) => String(p.key)} dataSource={list.map((p, key) => ({ ...p, key }))} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('weakness.advisories.products'), render: (_, p) => <span className="lh-two lh-wrap"><span>{p.name}</span><span className="lh-muted">{p.vendor}</span></span> },
          { title: t('weakness.advisories.version'), render: (_, p) => <span className="lh-code lh-wrap">{p.version || none}</span> },
          { title: t('weakness.advisories.numbers'), responsive: ['md'], render: (_, p) => <span className="lh-code lh-wrap">{p.numbers.join(', ') || none}</span> },
        ]}
      />
    </Card>
  )
}
