import { Alert } from 'antd'
import { Link } from 'react-router'
import { useCalendar, useCalendarTexts } from './calendar'

/** Tells whoever looks at time limits that the calendar of working days ends, or has ended. */
export function CalendarEnds() {
  const t = useCalendarTexts()
  const { data: c } = useCalendar()
  if (!c || c.reach === 'far') return null
  return (
    <Alert
      type={c.reach === 'ended' ? 'error' : 'warning'} showIcon title={t(`calendar.${c.reach}`, { until: c.until, days: c.days })}
      description={c.may ? <Link to="/security/calendar">{t('calendar.mend')}</Link> : t('calendar.mendOthers')}
    />
  )
}
