import { CheckCircleFilled, SyncOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Checkbox, Flex, Radio, Tabs, Typography } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, LinkButton, none, read, useChange, useFormat, useMay, useText } from '../../kernel'
import { platformKey, useIndicators, type IssuedKey, type PlatformDetail } from './data'
import { usePlatformTexts } from './texts'

/** Connects a platform: a key, what to paste, and whether the first report has come. */
export function Connection({ platform, first }: { platform: PlatformDetail; first?: boolean }) {
  const t = usePlatformTexts()
  const may = useMay()
  const [key, setKey] = useState<IssuedKey | null>(null)
  return (
    <div className={first ? 'lh-main-side' : undefined}>
      <Card size="small" title={t('connect.title')}>
        {may('platforms.key') ? <Issue platform={platform} issued={setKey} issuedKey={key} /> : <Alert type="info" showIcon title={t('connect.noKey')} />}
        {key && <KeyTexts issued={key} />}
      </Card>
      {first && <FirstReport platform={platform} />}
    </div>
  )
}

type Way = 'push' | 'report'

function Issue({ platform, issued, issuedKey }: { platform: PlatformDetail; issued: (key: IssuedKey) => void; issuedKey: IssuedKey | null }) {
  const t = usePlatformTexts()
  const may = useMay()
  const [way, setWay] = useState<Way>('push')
  const [certificate, setCertificate] = useState(false)
  const issue = useChange({
    run: (kind: Way) => read(api.POST('/api/platforms/{id}/keys', { params: { path: { id: platform.id } }, body: { kind, certificate } })),
    refresh: [platformKey(platform.id)],
    after: issued,
  })
  return (
    <div className="lh-issue">
      <Radio.Group value={way} onChange={(e) => setWay(e.target.value as Way)} aria-label={t('connect.way')} className="lh-ways">
        {(['push', 'report'] as const).map((w) => (
          <Radio key={w} value={w}>
            <strong>{t(`key.${w}`)}</strong>
            <div className="lh-choice-note">{t(`key.${w}Note`)}</div>
          </Radio>
        ))}
      </Radio.Group>
      <Checkbox checked={certificate} onChange={(e) => setCertificate(e.target.checked)}>
        {t('key.certificate')}
        <div className="lh-choice-note">{t('key.certificateNote')}</div>
      </Checkbox>
      {certificate && may('machine.view') && <LinkButton to="/machines">{t('key.machines')}</LinkButton>}
      <Button type={issuedKey ? 'default' : 'primary'} loading={issue.isPending} onClick={() => issue.mutate(way)}>
        {issuedKey ? t('connect.another') : t('connect.issue')}
      </Button>
    </div>
  )
}

/** The secret of a key, this once, and configurations that hold it. */
export function KeyTexts({ issued }: { issued: IssuedKey }) {
  const t = usePlatformTexts()
  const { configs } = issued
  const items = [
    { key: 'prometheus', label: 'Prometheus', text: configs.prometheus ?? '', note: t('connect.prometheusNote') },
    { key: 'otlp', label: 'OpenTelemetry', text: configs.otlp ?? '', note: t('connect.otlpNote', { basic: issued.basic.username ? btoa(`${issued.basic.username}:${issued.basic.password}`) : '' }) },
    { key: 'curl', label: issued.kind === 'report' ? t('connect.signed') : t('connect.plain'), text: configs.curl, note: issued.kind === 'report' ? t('connect.signedNote') : t('connect.plainNote') },
    { key: 'mqtt', label: 'MQTT', text: configs.mqtt ?? '', note: t('connect.mqttNote') },
    { key: 'agent', label: t('connect.agent'), text: configs.agent ?? '', note: t('connect.agentNote') },
  ].filter((x) => x.text !== '')
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('key.once')} />
      <Flex vertical gap={8}>
        <span className="lh-muted">{t('key.id')}</span>
        <CopyBlock text={issued.id} label={t('key.id')} oneLine />
        <span className="lh-muted">{t('key.secret')}</span>
        <CopyBlock text={issued.secret} label={t('key.secret')} oneLine />
      </Flex>
      <Tabs
        key={issued.id} // another key has other tabs
        items={items.map((x) => ({
          key: x.key,
          label: x.label,
          children: (
            <>
              <Typography.Paragraph type="secondary">{x.note}</Typography.Paragraph>
              <CopyBlock text={x.text} label={x.label} />
            </>
          ),
        }))}
      />
    </div>
  )
}

function FirstReport({ platform }: { platform: PlatformDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const reported = platform.freshness !== 'never'
  const reports = platform.status === 'trial' || platform.status === 'in_service'
  const indicators = useIndicators(platform.id)
  return (
    <Card size="small" title={t('connect.first')}>
      <div role="status" className="lh-first" data-reported={reported}>
        {reported ? <CheckCircleFilled className="lh-tone-good" /> : <SyncOutlined spin className="lh-tone-info" />}
        <div>
          <strong>{reported ? t('connect.arrived') : t('connect.waiting')}</strong>
          <div className="lh-muted">{reported ? f.time(platform.last_report_at) : t(reports ? 'connect.waitingNote' : 'connect.notYet')}</div>
        </div>
      </div>
      {reported && (
        <ul className="lh-values">
          {indicators.data?.items.filter((x) => Object.keys(x.dims).length === 0).slice(0, 8).map((x) => (
            <li key={x.code}>
              <span>{text(x.title)}</span>
              <span className="lh-number">
                {f.number(x.value)} {text(x.unit)}
              </span>
            </li>
          )) ?? none}
        </ul>
      )}
      <LinkButton to={`/platforms/${platform.id}`} type={reported ? 'primary' : 'default'}>
        {t('connect.open')}
      </LinkButton>
    </Card>
  )
}
