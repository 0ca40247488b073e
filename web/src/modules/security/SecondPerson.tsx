import { Alert, Space } from 'antd'
import type { ReactNode } from 'react'
import { Confirm, useChange, useFormat } from '../../kernel'
import { useUpwardTexts } from './upwardTexts'

interface Hand { name: string; confirmed: boolean; set_by: string; confirmed_by: string; confirmed_at?: string; may_confirm: boolean }

interface Props {
  of: Hand
  confirm: () => Promise<unknown>
  refresh: string[]
  /** What waits, instead of what a channel asks to be compared. */
  details?: ReactNode
  /** What the second person is asked, instead. */
  ask?: string
  /** What else may be done about it. */
  more?: ReactNode
}

/** Says that something waits for a second person, and lets them confirm it. */
export function SecondPerson({ of: x, confirm, refresh, details, ask, more }: Props) {
  const t = useUpwardTexts()
  const word = useChange({ run: confirm, refresh: [refresh], done: t('second.confirmed'), quiet: true })
  if (x.confirmed) return null
  return (
    <Alert
      type="warning" showIcon title={t('second.waitsTitle', { name: x.set_by })} description={details ?? t('second.waitsNote')}
      action={(x.may_confirm || more) && (
        <Space wrap>
          {x.may_confirm && <Confirm title={t('second.confirmAsk', { name: x.name })} note={<p>{ask ?? t('second.confirmNote')}</p>} label={t('second.confirm')} danger={false} button={{ type: 'primary', size: 'small' }} run={() => word.mutateAsync()} />}
          {more}
        </Space>
      )}
    />
  )
}

/** Who set something up, and who confirmed it. */
export function SecondPersons({ of: x }: { of: Hand }) {
  const t = useUpwardTexts()
  const f = useFormat()
  return <span className="lh-wrap">{x.confirmed_by && x.confirmed_at ? t('second.byBoth', { by: x.set_by, second: x.confirmed_by, at: f.time(x.confirmed_at) }) : t('second.byOne', { by: x.set_by })}</span>
}
