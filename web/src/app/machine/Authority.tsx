import { Alert } from 'antd'
import { Failure, useFormat } from '../../kernel'
import { useAuthority } from './data'
import { useMachineTexts } from './texts'

/** What machines are certified by, and a warning when they cannot come. */
export function Authority() {
  const t = useMachineTexts()
  const f = useFormat()
  const authority = useAuthority()
  if (authority.error) return <Failure problem={authority.error} retry={() => void authority.refetch()} />
  if (!authority.data) return null
  const a = authority.data
  return (
    <>
      {!a.url.startsWith('https://') && <Alert type="warning" showIcon title={t('noTLS')} />}
      <div className="lh-muted">
        {t('authority')} {t('goodUntil', { time: f.date(a.not_after) })} · <span className="lh-code">{a.url}</span> · <a href="/api/machine/ca">{t('ca')}</a> · <a href="/api/machine/crl">{t('crl')}</a>
      </div>
    </>
  )
}
