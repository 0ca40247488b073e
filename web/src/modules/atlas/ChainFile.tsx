import { InboxOutlined } from '@ant-design/icons'
import { Alert, Button, Flex, Input, Upload } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, ifMatch, PlainTable, Problem, problemText, read, request, useChange, useFormat, useLanguage, useText, type Text } from '../../kernel'
import { roomKey, type ChainRow, type Content } from './data'
import { useAtlasTexts } from './texts'

interface Finding { line: number; column: string; why: Text }
interface Reading { content: Content; wrong: Finding[] }

/** Brings in a chain from a file: a new one, another version, or a proposal of one. */
export function ChainFile({ mode, chain, done }: { mode: 'new' | 'version' | 'proposal'; chain?: Pick<ChainRow, 'id' | 'name' | 'version'>; done: () => void }) {
  const t = useAtlasTexts()
  const f = useFormat()
  const text = useText()
  const go = useNavigate()
  const language = useLanguage()
  const [reading, setReading] = useState<Reading | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [name, setName] = useState(chain?.name ?? { zh: '', en: '' })
  const [note, setNote] = useState('')
  const look = async (file: File) => {
    setBusy(true)
    setProblem(null)
    setReading(null)
    try {
      setReading(await request<Reading>(`/api/atlas/chains/reading?${new URLSearchParams({ name: file.name })}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' } }))
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  const send = useChange({
    run: async (content: Content) => {
      if (mode === 'proposal' && chain) return `/atlas/proposals/${(await read(api.POST('/api/atlas/chains/{id}/proposals', { params: { path: { id: chain.id } }, body: { base: chain.version, content, note } }))).id}`
      if (mode === 'version' && chain) return `/atlas/chains/${(await read(api.PUT('/api/atlas/chains/{id}', { params: { path: { id: chain.id }, header: ifMatch(chain.version) }, body: { name, content, note } }))).id}`
      return `/atlas/chains/${(await read(api.POST('/api/atlas/chains', { body: { name, content, note } }))).id}`
    },
    refresh: [roomKey], done: t(mode === 'proposal' ? 'chains.sent' : 'chains.saved'),
    after: (to) => { done(); void go(to) },
  })
  const good = reading && reading.wrong.length === 0
  return (
    <div className="lh-stack">
      <Flex gap={8} wrap>
        {(['csv', 'xlsx'] as const).map((format) => <Button key={format} href={`/api/atlas/import/template/chain/${format}?lang=${language}`} download={`chain.${format}`}>{t('chains.template', { format: format.toUpperCase() })}</Button>)}
      </Flex>
      <Upload.Dragger accept=".csv,.xlsx,.ttl" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(file) => { void look(file); return false }}>
        <Flex vertical align="center" gap={4} className="lh-drop"><InboxOutlined className="lh-drop-icon" /><span>{busy ? t('chains.reading') : t('chains.file')}</span></Flex>
      </Upload.Dragger>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {reading && !good && (
          <>
            <Alert type="error" showIcon title={t('chains.mend')} />
            <PlainTable<Finding>
              label={t('chains.wrong')} rowKey={(x) => `${x.line} ${x.column} ${x.why.en}`} dataSource={reading.wrong} pagination={false}
              columns={[
                { title: t('chains.line'), align: 'right', render: (_, x) => <span className="lh-number">{f.number(x.line, 0)}</span> },
                { title: t('chains.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
                { title: t('chains.wrong'), render: (_, x) => text(x.why) },
              ]}
            />
          </>
        )}
        {good && (
          <>
            <Alert type="success" showIcon title={t('chains.read', { stages: reading.content.stages.length, links: reading.content.links.length })} />
            {mode !== 'proposal' && (
              <>
                <label className="lh-atlas-field">{t('chains.name')}<Input value={name.zh} maxLength={100} onChange={(e) => setName({ ...name, zh: e.target.value })} /></label>
                <label className="lh-atlas-field">{t('chains.nameEn')}<Input value={name.en} maxLength={100} onChange={(e) => setName({ ...name, en: e.target.value })} /></label>
              </>
            )}
            <label className="lh-atlas-field">{t('chains.why')}<Input.TextArea value={note} maxLength={500} rows={2} placeholder={t('chains.whyNote')} onChange={(e) => setNote(e.target.value)} /></label>
            <div><Button type="primary" loading={send.isPending} disabled={mode === 'proposal' ? note.trim() === '' : name.zh.trim() === ''} onClick={() => send.mutate(reading.content)}>{t(mode === 'proposal' ? 'chains.propose' : 'chains.save')}</Button></div>
          </>
        )}
      </div>
    </div>
  )
}
