import { Grid, Table, type TableProps } from 'antd'
import { useEffect, useRef, type ComponentRef } from 'react'

/** A table as all are here: dense, on one page unless told otherwise; it breaks lines where there is no room, and is reachable by keyboard where it scrolls all the same. */
export function PlainTable<Item extends object>({ label, ...rest }: TableProps<Item> & { label: string }) {
  const wide = Grid.useBreakpoint().md !== false
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
  return <Table<Item> ref={table as never} size="small" pagination={false} scroll={{ x: wide ? 'max-content' : '100%' }} showSorterTooltip={false} {...rest} />
}
