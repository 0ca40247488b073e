import { FilterOutlined, LeftOutlined, RightOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query'
import { Button, Flex, Select, type TableColumnType } from 'antd'
import type { SorterResult, TableRowSelection } from 'antd/es/table/interface'
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { request, type Page } from '../client'
import { useLanguage, useKernelTexts } from '../language'
import { Columns } from './Columns'
import { EmptyState } from './EmptyState'
import { ExportButton } from './Exporting'
import { Failure } from './Failure'
import { FilterField, TypedInput, type Filter } from './Filters'
import { PlainTable } from './PlainTable'
import { Views } from './Views'
import { chosenColumns, exportURL, listQuery, pageSizes, readList, writeList, type ListState } from './list'

/** A column of a list. */
export interface Column<Item> {
  key: string
  title: string
  render: (item: Item) => ReactNode
  /** Name of the sort field in the API; without it the column cannot be sorted. */
  sort?: string
  align?: 'left' | 'right'
  width?: number
  /** Least window width at which the column shows. */
  from?: 'sm' | 'md' | 'lg' | 'xl' | 'xxl'
  fixed?: 'left'
}

/** Rows that are selected, by their keys. */
interface Selection<Item> {
  selected: string[]
  change: (keys: string[]) => void
  /** What a row is called; its key where there is none. */
  name?: (item: Item) => string
}

interface Props<Item> {
  /** Address of the list in the API. */
  url: string
  queryKey: QueryKey
  columns: Column<Item>[]
  rowKey: (item: Item) => string
  filters?: Filter[]
  /** What can be searched for; without it there is no search. */
  search?: string
  exports?: boolean
  /** Parameters that the address bar does not change. */
  fixed?: Record<string, string>
  /** Sets this list's parameters apart when a page has two. */
  prefix?: string
  /** Names the list for saved views, where several have one address; empty for none. */
  views?: string
  label: string
  empty?: ReactNode
  /** Reads again after so many milliseconds, for what changes without a notice. */
  every?: number
  /** Lets rows be selected, over pages, by their keys. */
  select?: Selection<Item>
  expand?: (item: Item) => ReactNode
  canExpand?: (item: Item) => boolean
  /** Shows the items of a page in another form than as rows. */
  instead?: (items: Item[]) => ReactNode
}

/** A list of the API: searched, filtered, sorted, paged and downloaded, all of it in the address bar. */
export function DataTable<Item extends object>(props: Props<Item>) {
  const { url, queryKey, columns, rowKey, filters = [], prefix = '', fixed = {}, label } = props
  const t = useKernelTexts()
  const [params, setParams] = useSearchParams()
  const state = readList(params, filters.map((f) => f.name), prefix)
  const change = (values: Record<string, string>) => setParams((old) => writeList(old, values, prefix), { replace: !('cursor' in values) })
  const query = listQuery(state, fixed)
  const list = useQuery({
    queryKey: [...queryKey, 'list', url, query],
    queryFn: ({ signal }) => request<Page<Item>>(`${url}?${query}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: props.every ?? false,
  })
  const narrowed = state.q !== '' || Object.values(state.filters).some(Boolean)
  const shown = chosenColumns(columns, state.columns)
  const expandable = props.expand && { expandedRowRender: props.expand, rowExpandable: props.canExpand ?? (() => true) }
  return (
    <section aria-label={label} className="lh-list">
      <Bar {...props} filters={filters} state={state} change={change} shown={shown.map((c) => c.key)} total={list.data?.total} keys={(list.data?.items ?? []).map(rowKey)} />
      {list.error && <Failure problem={list.error} retry={() => void list.refetch()} />}
      {props.instead && list.data && list.data.items.length > 0 ? props.instead(list.data.items) : (
        <PlainTable<Item>
          label={label}
          rowKey={rowKey}
          dataSource={list.data?.items ?? []}
          loading={list.isPending}
          columns={shown.map((c) => antColumn(c, state.sort))}
          expandable={expandable as never}
          {...(props.select ? { rowSelection: selection(props.select, rowKey) } : {})}
          locale={{ emptyText: list.isPending ? t('list.loading') : (!narrowed && props.empty) || <EmptyState title={narrowed ? t('list.nothing') : t('list.empty')} note={narrowed ? t('list.nothingNote') : undefined} /> }}
          onChange={(_, __, sorter) => change({ sort: sortOf(sorter as SorterResult<Item>) })}
        />
      )}
      <Pager state={state} change={change} next={list.data?.next_cursor ?? ''} busy={list.isPlaceholderData} />
    </section>
  )
}

/** Without a box for all in the head: the table copies its head to measure it, and a copied box can be reached by the keyboard. */
function selection<Item>(select: Selection<Item>, rowKey: (item: Item) => string): TableRowSelection<Item> {
  return {
    selectedRowKeys: select.selected,
    preserveSelectedRowKeys: true,
    hideSelectAll: true,
    onChange: (keys) => select.change(keys.map(String)),
    getCheckboxProps: (item) => ({ 'aria-label': (select.name ?? rowKey)(item) }) as object,
  }
}

function antColumn<Item>(c: Column<Item>, sort: string): TableColumnType<Item> {
  const column: TableColumnType<Item> = { key: c.key, title: c.title, render: (_, item) => c.render(item), align: c.align ?? 'left' }
  if (c.width) column.width = c.width
  if (c.fixed) column.fixed = c.fixed
  if (c.from) column.responsive = [c.from]
  if (c.sort) {
    column.sorter = true
    column.dataIndex = c.sort
    column.sortOrder = sort === c.sort ? 'ascend' : sort === `-${c.sort}` ? 'descend' : null
  }
  return column
}

function sortOf<Item>(sorter: SorterResult<Item>): string {
  if (!sorter.order) return ''
  return (sorter.order === 'descend' ? '-' : '') + String(sorter.field)
}

interface BarProps<Item> extends Props<Item> {
  filters: Filter[]
  state: ListState
  change: (values: Record<string, string>) => void
  shown: string[]
  total: number | undefined
  /** Of the rows that are shown. */
  keys: string[]
}

function Bar<Item>({ url, columns, shown, filters, search, exports: downloads, fixed, prefix = '', views = url, state, change, total, select, keys }: BarProps<Item>) {
  const t = useKernelTexts()
  const language = useLanguage()
  const narrowed = state.q !== '' || Object.values(state.filters).some(Boolean)
  const [folded, setFolded] = useState(true)
  return (
    <Flex wrap gap={8} align="center" className={folded ? 'lh-list-bar lh-filters-folded' : 'lh-list-bar'}>
      {search && <TypedInput search className="lh-search" value={state.q} placeholder={search} change={(q) => change({ q })} />}
      {filters.length > 0 && <Button className="lh-narrow-only" icon={<FilterOutlined />} aria-expanded={!folded} aria-label={t('list.filter')} onClick={() => setFolded(!folded)} />}
      {filters.map((f) => <FilterField key={f.name} filter={f} value={state.filters[f.name] ?? ''} change={(value) => change({ [f.name]: value })} />)}
      {narrowed && (
        <Button type="text" onClick={() => change({ q: '', ...Object.fromEntries(filters.map((f) => [f.name, ''])) })}>
          {t('action.clear')}
        </Button>
      )}
      {select && keys.length > 0 && <Button type="text" onClick={() => select.change([...new Set([...select.selected, ...keys])])}>{t('list.selectAll')}</Button>}
      {views && <Views list={views} names={['q', 'sort', 'limit', 'columns', ...filters.map((f) => f.name)].map((name) => prefix + name)} />}
      {columns.length > 1 && <Columns columns={columns} shown={shown} chosen={state.columns.length > 0} change={(keys) => change({ columns: keys.join(',') })} />}
      <span className="lh-list-end">
        <span className="lh-list-total">{total === undefined ? '' : t('list.total', { count: total })}</span>
        {downloads && <ExportButton address={(form) => exportURL(url, state, form, language, fixed)} total={total} />}
      </span>
    </Flex>
  )
}

function Pager({ state, change, next, busy }: { state: ListState; change: (values: Record<string, string>) => void; next: string; busy: boolean }) {
  const t = useKernelTexts()
  const [before, setBefore] = useState<string[]>([])
  if (!next && !state.cursor) return null
  const forth = () => {
    setBefore([...before, state.cursor])
    change({ cursor: next })
  }
  const back = () => {
    change({ cursor: before.at(-1) ?? '' })
    setBefore(before.slice(0, -1))
  }
  return (
    <Flex gap={8} justify="end" align="center" className="lh-pager">
      <Select
        aria-label={t('list.pageSize', { count: state.limit })}
        value={state.limit}
        options={pageSizes.map((n) => ({ value: n, label: t('list.pageSize', { count: n }) }))}
        onChange={(limit) => change({ limit: String(limit) })}
      />
      <Button icon={<LeftOutlined />} aria-label={t('list.previous')} disabled={!state.cursor || busy} onClick={back} />
      <Button icon={<RightOutlined />} aria-label={t('list.next')} disabled={!next || busy} onClick={forth} />
    </Flex>
  )
}
