import { DownloadOutlined } from '@ant-design/icons'
import { Button, DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { PlainTable, useLanguage } from '../../kernel'
import type { NodeDetail } from './data'
import { useIdentifierTexts } from './texts'
import { Verify } from './Verify'

const tables = [
  { key: 't1', path: 'operators', below: false, daily: false }, { key: 't2', path: 'routes', below: false, daily: false }, { key: 't3', path: 'statistics', below: false, daily: true },
  { key: 't4', path: 'templates', below: false, daily: false }, { key: 't5', path: 'applications', below: false, daily: false }, { key: 't6', path: 'operators', below: true, daily: false },
  { key: 't7', path: 'routes', below: true, daily: false }, { key: 't8', path: 'statistics', below: true, daily: true }, { key: 't9', path: 'identifiers', below: true, daily: true },
  { key: 't10', path: 'applications', below: true, daily: false }, { key: 't11', path: 'templates', below: true, daily: false },
] as const

/** The tables that a secondary node sends up, to be downloaded. */
export function Tables({ node }: { node: NodeDetail }) {
  const t = useIdentifierTexts()
  const language = useLanguage()
  const [day, setDay] = useState(dayjs().subtract(1, 'day').format('YYYY-MM-DD'))
  const link = (x: (typeof tables)[number], form: string) => `/api/identifier/nodes/${node.id}/tables/${x.path}?below=${String(x.below)}&day=${day}&export=${form}&lang=${language}`
  const signed = (numbers: string) => `/api/identifier/nodes/${node.id}/tables/signed?day=${day}&lang=${language}${numbers && `&tables=${numbers}`}`
  return (
    <div className="lh-stack">
      <div className="lh-choice">
        <DatePicker aria-label={t('statistics.day')} allowClear={false} value={dayjs(day)} onChange={(at) => at && setDay(at.format('YYYY-MM-DD'))} />
        <Button icon={<DownloadOutlined />} href={signed('')} download>{t('tables.all')}</Button>
      </div>
      <PlainTable
        label={t('tables.title')} rowKey="key" dataSource={[...tables]}
        columns={[
          { key: 'table', title: t('tables.title'), render: (_, x) => t(`tables.${x.key}`) },
          { key: 'cycle', title: t('tables.of'), responsive: ['md'], render: (_, x) => (x.daily ? day : t('tables.now')) },
          { key: 'files', title: t('tables.files'), render: (_, x) => <span className="lh-outcome-line"><a href={link(x, 'csv')} download>CSV</a><a href={link(x, 'xlsx')} download>XLSX</a><a href={signed(x.key.slice(1))} download>{t('tables.signed')}</a></span> },
        ]}
      />
      <Verify />
      <p className="lh-muted">{t('tables.note')}</p>
    </div>
  )
}
