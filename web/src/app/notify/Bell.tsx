import { BellOutlined } from '@ant-design/icons'
import { Badge } from 'antd'
import { LinkButton } from '../../kernel'
import { useUnread } from './data'
import { useNoticeTexts } from './texts'

/** The bell of every page: how many notices wait, and the way to them. */
export function Bell() {
  const t = useNoticeTexts()
  const count = useUnread()
  const label = count ? t('bell.some', { count }) : t('bell.none')
  return (
    <LinkButton type="text" to={count ? '/notices?state=unread' : '/notices'} aria-label={label} title={label}>
      <Badge count={count} overflowCount={99} size="small">
        <BellOutlined />
      </Badge>
    </LinkButton>
  )
}
