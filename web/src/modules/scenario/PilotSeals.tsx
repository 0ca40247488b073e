import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Upload } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, CopyBlock, EmptyState, PlainTable, read, useChange, useFormat, useMay, type Schema } from '../../kernel'
import { pilotKey, type Call } from './pilots'
import { useScenarioTexts } from './texts'

type Seal = Call['seals'][number]
type Finding = Schema<'PilotFinding'>

/** What was sealed of a call, and how to check it. */
export function Seals({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const f = useFormat()
  const may = useMay()
  const params = { path: { id: call.id } }
  const due = call.state === 'open' && call.closes_at <= call.now
  const check = useChange({ run: () => read(api.GET('/api/scenario/pilot/calls/{id}/check', { params })), refresh: [] })
  const seal = useChange({ run: () => read(api.POST('/api/scenario/pilot/calls/{id}/seal', { params })), refresh: [pilotKey], done: t('pilot.sealed') })
  return (
    <Card
      size="small" title={t('pilot.seals')}
      extra={<>{due && may('scenario.pilot.manage') && <Button size="small" onClick={() => seal.mutate()} loading={seal.isPending}>{t('pilot.sealNow')}</Button>}{may('scenario.pilot.results') && call.seals.length > 0 && !call.inside && <Button size="small" onClick={() => check.mutate()} loading={check.isPending}>{t('pilot.check')}</Button>}</>}
    >
      <p className="lh-note">{t('pilot.sealsNote')}</p>
      {call.seals.length === 0 ? <EmptyState title={t('pilot.noSeals')} /> : (
        <PlainTable<Seal>
          label={t('pilot.seals')} rowKey="stage" dataSource={call.seals} expandable={{ expandedRowRender: (s) => <CopyBlock text={s.digest} label={t('pilot.digest')} /> }}
          columns={[
            { key: 'stage', title: t('pilot.stage'), render: (_, s) => t(`pilot.stages.${s.stage}`) },
            { key: 'at', title: t('pilot.sealed'), render: (_, s) => <span className="lh-number">{f.time(s.sealed_at)}</span> },
            { key: 'count', title: t('pilot.documents'), align: 'right', responsive: ['sm'], render: (_, s) => <span className="lh-number">{s.stage === 'list' ? '' : f.number(s.count)}</span> },
            { key: 'get', title: '', align: 'right', render: (_, s) => <Button size="small" icon={<DownloadOutlined />} href={`/api/scenario/pilot/calls/${call.id}/seals/${s.stage}`} aria-label={t('pilot.download')} title={t('pilot.download')} /> },
          ]}
        />
      )}
      {check.data?.whole && <Alert type="success" showIcon title={t('pilot.checked', { count: check.data.checked })} />}
      {check.data && !check.data.whole && <Findings list={check.data.findings} />}
      {call.seals.length > 0 && <Verify call={call} />}
    </Card>
  )
}

function Findings({ list }: { list: Finding[] }) {
  const t = useScenarioTexts()
  return (
    <>
      <Alert type="error" showIcon title={t('pilot.findings', { count: list.length })} />
      <PlainTable<Finding>
        label={t('pilot.findings', { count: list.length })} rowKey={(x) => x.application_id + x.what + x.where} dataSource={list}
        columns={[
          { key: 'project', title: t('pilot.project'), render: (_, x) => (x.application_id ? <Link to={`/scenario/pilots/applications/${x.application_id}`}>{x.project || x.application_id}</Link> : '') },
          { key: 'what', title: t('pilot.state'), render: (_, x) => t(`pilot.whats.${x.what}`) },
          { key: 'where', title: t('pilot.where'), render: (_, x) => <span className="lh-code">{x.where}</span> },
        ]}
      />
    </>
  )
}

/** Tells whether a document of an application was sealed. */
function Verify({ call }: { call: Call }) {
  const t = useScenarioTexts()
  const [document, setDocument] = useState('')
  const verify = useChange({ run: (text: string) => read(api.POST('/api/scenario/pilot/calls/{id}/verification', { params: { path: { id: call.id } }, body: { document: text } })), refresh: [] })
  const take = async (file: File) => {
    const text = await file.text()
    setDocument(file.name)
    verify.mutate(text)
  }
  return (
    <>
      <div className="lh-pilot-verify">
        <Upload showUploadList={false} accept=".json" beforeUpload={(file) => { void take(file); return false }}><Button loading={verify.isPending}>{t('pilot.verify')}</Button></Upload>
        <span className="lh-note">{document || t('pilot.verifyNote')}</span>
      </div>
      {verify.data && (verify.data.stage && verify.data.signature ? <Alert type="success" showIcon title={t('pilot.verified', { stage: t(`pilot.stages.${verify.data.stage}`) })} /> : <Alert type="error" showIcon title={t('pilot.unverified')} />)}
    </>
  )
}
