import { Card, Flex } from 'antd'
import { api, Confirm, DataTable, EmptyState, LinkButton, none, read, SyntheticMark, useChange, useFormat, useLive, useText, type Column, type Schema } from '../../kernel'
import { roomKey, topic } from './data'
import { useAtlasTexts } from './texts'

type Row = Schema<'AtlasOutsideView'>

/** The enterprises outside that the bureau brought in; those of the demonstration can be removed. */
export function Outside() {
  const t = useAtlasTexts()
  const text = useText()
  const f = useFormat()
  useLive(topic, roomKey)
  const remove = useChange({ run: (id: string) => read(api.DELETE('/api/atlas/outside/{id}', { params: { path: { id } } })), refresh: [roomKey], done: t('outside.removed'), quiet: true })
  const columns: Column<Row>[] = [
    { key: 'name', title: t('outside.name'), sort: 'name', render: (r) => <span className="lh-wrap">{text(r.name)} {r.synthetic && <SyntheticMark />}</span> },
    { key: 'region', title: t('outside.region'), from: 'sm', render: (r) => r.region || none },
    { key: 'source', title: t('outside.source'), sort: 'source', from: 'md', render: (r) => <span className="lh-wrap">{r.source}</span> },
    { key: 'see', title: t('outside.see'), from: 'sm', render: (r) => t(`outside.sees.${r.see}`) },
    { key: 'at', title: t('outside.at'), sort: 'at', from: 'lg', render: (r) => <span className="lh-number">{f.time(r.at)}</span> },
    {
      key: 'act', title: '', align: 'right',
      render: (r) => (
        <Flex gap={4} justify="end" wrap>
          <LinkButton size="small" to={`/atlas/explorer?${new URLSearchParams({ node: r.node, pick: r.node })}`}>{t('outside.open')}</LinkButton>
          {r.synthetic && <Confirm title={t('outside.removeTitle', { name: text(r.name) })} note={t('outside.removeNote')} label={t('outside.remove')} run={() => remove.mutateAsync(r.id)} button={{ size: 'small' }} />}
        </Flex>
      ),
    },
  ]
  return (
    <Card size="small" title={t('import.outside')}>
      <DataTable<Row>
        url="/api/atlas/outside" queryKey={[...roomKey, 'outside']} label={t('import.outside')} rowKey={(r) => r.id} columns={columns} search={t('outside.search')} exports
        empty={<EmptyState title={t('outside.empty')} note={t('outside.emptyNote')} />}
      />
    </Card>
  )
}
