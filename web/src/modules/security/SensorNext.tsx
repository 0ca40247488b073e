import { Alert, Card } from 'antd'
import { CopyBlock, LinkButton, useFormat, type Schema } from '../../kernel'
import { useSensorTexts } from './sensors'

const config = 'machine: /var/lib/linghang-machine\nspool: /var/lib/linghang-probe\nbudget: 2GiB\ninterface: eth1\n'
const run = 'linghang probe check --config probe.yaml && linghang probe run --config probe.yaml'

/** What to run on the machine of a sensor, with its token when it was made just now. */
export function SensorNext({ machine, issued }: { machine: string; issued?: Schema<'MachineTokenView'> }) {
  const t = useSensorTexts()
  const f = useFormat()
  return (
    <Card size="small" title={t('sensor.next.title')}>
      <div className="lh-stack">
        {issued && <Alert type="warning" showIcon title={t('sensor.next.once', { time: f.time(issued.token_expires_at) })} />}
        {issued && !issued.url.startsWith('https://') && <Alert type="error" showIcon title={t('sensor.next.noTLS')} />}
        <div>{t('sensor.next.enrol')}</div>
        {issued ? <CopyBlock text={issued.command} label={t('sensor.next.enrol')} oneLine /> : (
          <div className="lh-bar"><span className="lh-muted">{t('sensor.next.enrolFirst')}</span><LinkButton size="small" to={`/machines?open=${machine}`}>{t('sensor.next.machines')}</LinkButton></div>
        )}
        <div>{t('sensor.next.config')}</div>
        <CopyBlock text={config} label={t('sensor.next.config')} />
        <div className="lh-muted">{t('sensor.next.interface')}</div>
        <div>{t('sensor.next.run')}</div>
        <CopyBlock text={run} label={t('sensor.next.run')} oneLine />
        <div className="lh-muted">{t('sensor.next.waiting')}</div>
      </div>
    </Card>
  )
}
