import { Select } from 'antd'
import { useState } from 'react'
import { useText } from '../../kernel'
import { useNode, useNodes } from './data'
import { useIdentifierTexts } from './texts'

interface Props {
  id: string
  value?: string
  onChange?: (id: string) => void
  disabled?: boolean
}

/** A node that the reader acts for, and that takes identifiers. */
export function NodeChoice({ id, value = '', onChange, disabled = false }: Props) {
  const t = useIdentifierTexts()
  const text = useText()
  const [q, setQ] = useState('')
  const nodes = useNodes({ limit: 100, sort: 'prefix', ...(q ? { q } : {}) })
  const chosen = useNode(value)
  const own = (nodes.data?.items ?? []).filter((n) => n.operator.id !== '' && n.hosting === 'hosted' && n.role !== 'root' && (n.state === 'trial' || n.state === 'in_service'))
  const shown = chosen.data && !q && !own.some((n) => n.id === value) ? [chosen.data, ...own] : own
  return (
    <Select
      id={id} value={value || null} onChange={(next: string) => onChange?.(next)} disabled={disabled} placeholder={t('import.chooseNode')} loading={nodes.isPending} notFoundContent={t('import.noNode')}
      showSearch={{ filterOption: false, onSearch: setQ }} options={shown.map((n) => ({ value: n.id, label: `${n.prefix} ${text(n.name)}` }))} style={{ maxWidth: 520, width: '100%' }}
    />
  )
}
