import { Alert } from 'antd'
import { Confirm, useChange, useFormat } from '../../kernel'
import { useUpwardTexts } from './upwardTexts'

interface Hand { name: string; confirmed: boolean; set_by: string; confirmed_by: string; confirmed_at?: string; may_confirm: boolean }

/** Says that something waits for a second person, and lets them confirm it. */
export function SecondPerson({ of: x, confirm, refresh }: { of: Hand; confirm: () => Promise<unknown>; refresh: string[] }) {
  const t = useUpwardTexts()
  const word = useChange({ run: confirm, refresh: [refresh], done: t('second.confirmed'), quiet: true })
  if (x.confirmed) return null
  return (
    <Alert
      type="warning" showIcon title={t('second.waitsTitle', { name: x.set_by })} description={t('second.waitsNote')}
      action={x.may_confirm && <Confirm title={t('second.confirmAsk', { name: x.name })} note={<p>{t('second.confirmNote')}</p>} label={t('second.confirm')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => word.mutateAsync()} />}
    />
  )
}

/** Who set something up, and who confirmed it. */
export function SecondPersons({ of: x }: { of: Hand }) {
  const t = useUpwardTexts()
  const f = useFormat()
  return <span className="lh-wrap">{x.confirmed_by && x.confirmed_at ? t('second.byBoth', { by: x.set_by, second: x.confirmed_by, at: f.time(x.confirmed_at) }) : t('second.byOne', { by: x.set_by })}</span>
}
