import { SearchOutlined } from '@ant-design/icons'
import { DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useEffect, useRef, useState } from 'react'

/** What a list is filtered by: a closed set of values, a text, or a time. */
export interface Filter {
  name: string
  label: string
  options?: { value: string; label: string }[]
  input?: 'text' | 'time'
}

interface Props {
  filter: Filter
  value: string
  change: (value: string) => void
}

/** One filter of a list. */
export function FilterField({ filter: f, value, change }: Props) {
  if (f.input === 'time') return <DatePicker showTime className="lh-filter" aria-label={f.label} placeholder={f.label} value={timeOf(value)} onChange={(at) => change(at ? at.toISOString() : '')} />
  if (f.input === 'text') return <TypedInput className="lh-filter lh-filter-text" value={value} placeholder={f.label} change={change} />
  const options = f.options ?? []
  return (
    <Select
      aria-label={f.label}
      allowClear
      showSearch={options.length > 12 ? { optionFilterProp: 'label' } : false}
      placeholder={f.label}
      value={value || null}
      options={options}
      onChange={(next) => change(next ?? '')}
      popupMatchSelectWidth={false}
      className="lh-filter"
    />
  )
}

function timeOf(value: string) {
  const at = dayjs(value)
  return value && at.isValid() ? at : null
}

/** Waits for a pause in typing before it passes the text on. */
export function TypedInput({ value, placeholder, change, className, search }: { value: string; placeholder: string; change: (text: string) => void; className: string; search?: boolean }) {
  const [text, setText] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setText(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const type = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => change(next.trim()), 300)
  }
  return <Input allowClear {...(search ? { prefix: <SearchOutlined aria-hidden /> } : {})} aria-label={placeholder} placeholder={placeholder} value={text} onChange={(e) => type(e.target.value)} className={className} />
}
