import { Table, type TableProps } from 'antd'
import { useEffect, useRef, type ComponentRef } from 'react'

/** A table as all are here: dense, on one page unless told otherwise, and reachable by keyboard where it scrolls. */
export function PlainTable<Item extends object>({ label, ...rest }: TableProps<Item> & { label: string }) {
  const table = useRef<ComponentRef<typeof Table>>(null)
  useEffect(() => {
    const box = table.current?.nativeElement.querySelector('.ant-table-content')
    if (!box) return undefined
    const mark = () => {
      const scrolls = box.scrollWidth > box.clientWidth
      for (const [name, value] of [['tabindex', '0'], ['role', 'region'], ['aria-label', label]] as const) {
        if (scrolls) box.setAttribute(name, value)
        else box.removeAttribute(name)
      }
    }
    const watcher = new ResizeObserver(mark)
    watcher.observe(box)
    if (box.firstElementChild) watcher.observe(box.firstElementChild)
    return () => watcher.disconnect()
  }, [label])
  return <Table<Item> ref={table as never} size="small" pagination={false} scroll={{ x: 'max-content' }} showSorterTooltip={false} {...rest} />
}
