import { DesktopOutlined } from '@ant-design/icons'
import { Card } from 'antd'
import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { DataTable, EmptyState, Failure, Figure, Figures, LinkButton, Loading, none, PageHeader, PlainTable, StatusTag, SyntheticMark, useFormat, usePalette, useText, type Column } from '../../kernel'
import { DistrictMap, type Area } from '../../lib/map/DistrictMap'
import { blind, riskTone, situationKey, useOthers, useSituation, type Situation as City, type StandingRow } from './situation'
import { useSituationTexts } from './situationTexts'

/** How the city, its districts and its enterprises stand. */
export default function Situation() {
  const t = useSituationTexts()
  const situation = useSituation()
  if (situation.error) return <Failure problem={situation.error} retry={() => void situation.refetch()} />
  if (!situation.data) return <Loading />
  const city = situation.data
  return (
    <div className="lh-stack">
      <PageHeader title={t('situation.title')} note={t(city.everything ? 'situation.note' : 'situation.ownNote')} marks={city.synthetic && <SyntheticMark />} actions={<LinkButton to="/security/situation/screen" icon={<DesktopOutlined />}>{t('wall.open')}</LinkButton>} />
      <Heads city={city} />
      {city.districts.length > 0 && <Districts city={city} />}
      {city.industries.length > 0 && <Industries city={city} />}
      <Enterprises city={city} />
    </div>
  )
}

function Heads({ city }: { city: City }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  const whole = city.city
  return (
    <Figures>
      {whole && whole.enterprises > 0 && (
        <>
          <Figure label={t('situation.city')} value={f.number(whole.risk, 0)} unit="/ 100" note={t('situation.mean', { mean: f.number(whole.mean, 0), p95: f.number(whole.p95, 0) })} />
          <Figure label={t('situation.confidence')} value={f.number(whole.confidence, 0)} unit="/ 100" note={t('situation.confidenceNote')} />
          <Figure label={t('situation.enterprises')} value={f.number(whole.enterprises, 0)} />
        </>
      )}
      <Figure label={t('situation.workedOut')} value={city.worked_out_at ? f.ago(city.worked_out_at) : t('situation.never')} note={city.worked_out_at ? f.time(city.worked_out_at) : undefined} />
      <Figure label={t('situation.weights')} value={text(city.weights)} />
    </Figures>
  )
}

function Districts({ city }: { city: City }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  const go = useNavigate()
  const colours = usePalette()
  const others = useOthers(city)
  const areas = useMemo<Area[]>(
    () => [...city.districts.map((d) => ({
      shape: d.name.zh, label: text(d.name), value: Math.round(d.risk), unseen: d.confidence < blind,
      note: [`${t('situation.risk')}  ${f.number(d.risk, 0)}`, `${t('situation.confidence')}  ${f.number(d.confidence, 0)}`, `${t('situation.enterprises')}  ${f.number(d.enterprises, 0)}`],
    })), ...others.map((d) => ({ shape: d.name.zh, label: text(d.name), value: 0, unseen: true, note: [t('situation.unseen')] }))],
    [city, others, text, t, f],
  )
  const pick = (shape: string) => {
    const found = city.districts.find((d) => d.name.zh === shape)
    if (found) void go(`/security/situation?district=${found.district}`)
  }
  return (
    <div className="lh-columns">
      <Card size="small" title={t('situation.map')} extra={<span className="lh-muted">▨ {t('situation.unseen')}</span>}>
        <DistrictMap areas={areas} colours={{ ...colours, ramp: [colours.line, colours.bad] }} most={100} height={420} label={t('situation.map')} onPick={pick} />
      </Card>
      <Card size="small" title={t('situation.districts')}>
        <PlainTable<City['districts'][number]>
          label={t('situation.districts')} rowKey="district" dataSource={city.districts}
          columns={[
            { key: 'name', title: t('situation.district'), render: (_, d) => <Link to={`/security/situation?district=${d.district}`}>{text(d.name)}</Link> },
            { key: 'risk', title: t('situation.risk'), align: 'right', render: (_, d) => <StatusTag tone={riskTone(d.risk, d.confidence)}>{f.number(d.risk, 0)}</StatusTag> },
            { key: 'confidence', title: t('situation.confidence'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.confidence, 0)}</span> },
            { key: 'enterprises', title: t('situation.enterprises'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.enterprises, 0)}</span> },
          ]}
        />
        {city.hidden > 0 && <p className="lh-muted">{t('situation.hidden', { n: city.hidden })}</p>}
      </Card>
    </div>
  )
}

function Industries({ city }: { city: City }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  return (
    <Card size="small" title={t('situation.industries')}>
      <PlainTable<City['industries'][number]>
        label={t('situation.industries')} rowKey="industry" dataSource={city.industries}
        columns={[
          { key: 'name', title: t('situation.industry'), render: (_, d) => <Link to={`/security/situation?industry=${d.industry}`}>{text(d.name)}</Link> },
          { key: 'risk', title: t('situation.risk'), align: 'right', render: (_, d) => <StatusTag tone={riskTone(d.risk, d.confidence)}>{f.number(d.risk, 0)}</StatusTag> },
          { key: 'confidence', title: t('situation.confidence'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.confidence, 0)}</span> },
          { key: 'enterprises', title: t('situation.enterprises'), align: 'right', render: (_, d) => <span className="lh-number">{f.number(d.enterprises, 0)}</span> },
        ]}
      />
      {city.unsaid > 0 && <p className="lh-muted">{t('situation.unsaid', { n: city.unsaid })}</p>}
    </Card>
  )
}

function Enterprises({ city }: { city: City }) {
  const t = useSituationTexts()
  const text = useText()
  const f = useFormat()
  const names = new Map(city.districts.map((d) => [d.district, text(d.name)]))
  const columns: Column<StandingRow>[] = [
    {
      key: 'name', title: t('situation.enterprise'), sort: 'name',
      render: (r) => <span className="lh-wrap"><Link to={`/security/situation/${r.organisation_id}`}>{text(r.name)}</Link> {r.synthetic && <SyntheticMark />}</span>,
    },
    { key: 'risk', title: t('situation.risk'), sort: 'risk', render: (r) => <StatusTag tone={riskTone(r.risk, r.confidence)}>{f.number(r.risk, 0)}</StatusTag> },
    { key: 'confidence', title: t('situation.confidence'), sort: 'confidence', render: (r) => <span className="lh-number">{f.number(r.confidence, 0)}</span> },
    { key: 'findings', title: t('situation.findings'), sort: 'findings', from: 'md', render: (r) => <span className="lh-number">{r.findings}</span> },
    { key: 'worst', title: t('situation.worst'), from: 'sm', render: (r) => <span className="lh-wrap">{text(r.worst) || none}</span> },
    { key: 'district', title: t('situation.district'), sort: 'district', from: 'md', render: (r) => names.get(r.district) ?? none },
  ]
  return (
    <DataTable<StandingRow>
      url="/api/security/situation/enterprises" queryKey={[...situationKey, 'enterprises']} label={t('situation.list')} rowKey={(r) => r.organisation_id} columns={columns} search={t('situation.search')} exports
      filters={[
        { name: 'district', label: t('situation.district'), options: city.districts.map((d) => ({ value: d.district, label: text(d.name) })) },
        { name: 'industry', label: t('situation.industry'), options: city.industries.map((d) => ({ value: d.industry, label: text(d.name) })) },
        { name: 'seen', label: t('situation.seen'), options: [{ value: 'yes', label: t('situation.seenYes') }, { value: 'no', label: t('situation.seenNo') }] },
      ]}
      empty={<EmptyState title={t('situation.empty')} note={t('situation.emptyNote')} />}
    />
  )
}
