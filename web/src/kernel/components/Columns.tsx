import { DownOutlined, TableOutlined, UpOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useKernelTexts } from '../language'

interface Choice {
  key: string
  title: string
}

interface Props {
  /** All columns, in their usual order. */
  columns: Choice[]
  /** Keys of those that show, in their order. */
  shown: string[]
  /** Takes the keys from now on; nothing means as usual. */
  change: (keys: string[]) => void
  /** Whether something else than the usual is shown. */
  chosen: boolean
}

/** Chooses which columns a list shows, and in which order: by pointer or keyboard, told to those who do not see it. */
export function Columns(props: Props) {
  const t = useKernelTexts()
  const [open, setOpen] = useState(false)
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" title={t('columns.title')} destroyOnHidden content={<Choices {...props} />}>
      <Button icon={<TableOutlined />} aria-label={t('columns.title')} aria-expanded={open} aria-haspopup="dialog">{t('columns.title')}</Button>
    </Popover>
  )
}

function Choices({ columns, shown, change, chosen }: Props) {
  const t = useKernelTexts()
  const box = useRef<HTMLUListElement>(null)
  const [told, setTold] = useState('')
  const moved = useRef('')
  const rest = columns.filter((c) => !shown.includes(c.key))
  const list = [...shown.map((key) => columns.find((c) => c.key === key)!), ...rest]
  // A row that moves takes the focus with it.
  useEffect(() => {
    if (!moved.current) return
    const [key, way] = moved.current.split(' ') as [string, string]
    const buttons = box.current?.querySelectorAll<HTMLButtonElement>(`[data-column="${CSS.escape(key)}"] button:not(:disabled)`) ?? []
    ;[...buttons].sort((a) => (a.dataset.way === way ? -1 : 1))[0]?.focus()
    moved.current = ''
  }, [shown])
  const move = (c: Choice, by: 1 | -1) => {
    const at = shown.indexOf(c.key)
    const next = shown.filter((key) => key !== c.key)
    next.splice(at + by, 0, c.key)
    moved.current = `${c.key} ${by}`
    setTold(t('columns.moved', { title: c.title, place: at + by + 1 }))
    change(next)
  }
  const toggle = (c: Choice, on: boolean) => {
    setTold(t(on ? 'columns.shown' : 'columns.hidden', { title: c.title }))
    change(on ? [...shown, c.key] : shown.filter((key) => key !== c.key))
  }
  return (
    <div className="lh-columns-choice">
      <ul ref={box} className="lh-plain" aria-label={t('columns.title')}>
        {list.map((c) => {
          const at = shown.indexOf(c.key)
          return (
            <li key={c.key} data-column={c.key}>
              <Checkbox checked={at >= 0} disabled={at >= 0 && shown.length === 1} onChange={(e) => toggle(c, e.target.checked)}>{c.title}</Checkbox>
              <span className="lh-actions">
                <Button size="small" type="text" data-way="-1" icon={<UpOutlined />} disabled={at <= 0} aria-label={t('columns.earlier', { title: c.title })} onClick={() => move(c, -1)} />
                <Button size="small" type="text" data-way="1" icon={<DownOutlined />} disabled={at < 0 || at === shown.length - 1} aria-label={t('columns.later', { title: c.title })} onClick={() => move(c, 1)} />
              </span>
            </li>
          )
        })}
      </ul>
      <p role="status" className="lh-unseen">{told}</p>
      <Button size="small" block disabled={!chosen} onClick={() => change([])}>{t('columns.usual')}</Button>
    </div>
  )
}
