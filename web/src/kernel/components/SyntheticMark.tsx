import { Tooltip } from 'antd'
import { useKernelTexts } from '../language'

/** Marks what belongs to the demonstration city. */
export function SyntheticMark() {
  const t = useKernelTexts()
  return (
    <Tooltip title={t('state.syntheticNote')}>
      <span className="lh-synthetic">{t('state.synthetic')}</span>
    </Tooltip>
  )
}
