import { DownloadOutlined, InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Card, Flex, Upload } from 'antd'
import { useState } from 'react'
import { Figure, Figures, LinkButton, none, PageHeader, PlainTable, Problem, problemText, request, useFormat, useLanguage, useText, type Text } from '../../kernel'
import { useWeaknessTexts, weaknessKey } from './weaknesses'

/** A cell of a file that cannot be taken. */
export interface WrongCell { line: number; column: string; why: Text }
interface Change { line: number; name: string; by: 'serial'; fields: { field: 'name'; before: string; after: string }[] }
interface Outcome { new: number; changed: number; same: number; wrong: WrongCell[]; changes: Change[]; done: boolean }

/** Takes many assets from a file: first it is looked at, then taken as a whole. */
export default function AssetImport() {
  const t = useWeaknessTexts()
  const queries = useQueryClient()
  const language = useLanguage()
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (what: File, path: string) => {
    setBusy(true)
    setProblem(null)
    setOutcome(null)
    setFile(what)
    try {
      setOutcome(await request<Outcome>(`${path}?${new URLSearchParams({ name: what.name })}`, { method: 'POST', body: what, headers: { 'Content-Type': what.type || 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: weaknessKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="lh-stack">
      <PageHeader
        title={t('weakness.import.title')} note={t('weakness.import.note')}
        actions={(['xlsx', 'csv'] as const).map((format) => <Button key={format} icon={<DownloadOutlined />} href={`/api/security/asset-import/template/${format}?lang=${language}`} download={`assets.${format}`}>{t('weakness.import.template', { format: format.toUpperCase() })}</Button>)}
      />
      <Card>
        <Upload.Dragger accept=".csv,.xlsx" maxCount={1} showUploadList={false} disabled={busy} beforeUpload={(chosen) => { void send(chosen, '/api/security/asset-import/preview'); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{busy ? t('weakness.import.busy') : t('weakness.import.drop')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {outcome && <Result outcome={outcome} busy={busy} enter={() => { if (file) void send(file, '/api/security/asset-import') }} name={file?.name ?? ''} />}
      </div>
    </div>
  )
}

function Result({ outcome: o, busy, enter, name }: { outcome: Outcome; busy: boolean; enter: () => void; name: string }) {
  const t = useWeaknessTexts()
  const f = useFormat()
  if (o.done) return <Alert type="success" showIcon title={t('weakness.import.done', { n: o.new, m: o.changed })} action={<LinkButton size="small" to="/security/assets">{t('weakness.assets.title')}</LinkButton>} />
  return (
    <Card size="small" title={name}>
      <div className="lh-stack">
        <Figures>
          <Figure label={t('weakness.import.new')} value={f.number(o.new, 0)} />
          <Figure label={t('weakness.import.changed')} value={f.number(o.changed, 0)} />
          <Figure label={t('weakness.import.same')} value={f.number(o.same, 0)} />
          <Figure label={t('weakness.import.wrong')} value={f.number(o.wrong.length, 0)} />
        </Figures>
        {o.wrong.length > 0 && <WrongCells list={o.wrong} />}
        {o.wrong.length === 0 && o.changes.length > 0 && <Changes list={o.changes} />}
        {o.wrong.length === 0 && <div><Button type="primary" loading={busy} disabled={o.new + o.changed === 0} onClick={enter}>{t('weakness.import.enter', { n: o.new + o.changed })}</Button></div>}
      </div>
    </Card>
  )
}

/** Cells that cannot be taken, and why. */
export function WrongCells({ list }: { list: WrongCell[] }) {
  const t = useWeaknessTexts()
  const text = useText()
  return (
    <>
      <Alert type="error" showIcon title={t('weakness.import.mend')} />
      <PlainTable<WrongCell>
        label={t('weakness.import.wrong')} rowKey={(x) => `${x.line} ${x.column} ${x.why.en}`} dataSource={list} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        columns={[
          { title: t('weakness.import.line'), align: 'right', render: (_, x) => <span className="lh-number">{x.line}</span> },
          { title: t('weakness.import.column'), render: (_, x) => <span className="lh-code">{x.column}</span> },
          { title: t('weakness.import.why'), render: (_, x) => <span className="lh-wrap">{text(x.why)}</span> },
        ]}
      />
    </>
  )
}

function Changes({ list }: { list: Change[] }) {
  const t = useWeaknessTexts()
  return (
    <PlainTable<Change>
      label={t('weakness.import.changes')} rowKey={(x) => String(x.line)} dataSource={list} pagination={list.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
      columns={[
        { title: t('weakness.import.line'), align: 'right', render: (_, x) => <span className="lh-number">{x.line}</span> },
        { title: t('weakness.field.name'), render: (_, x) => <span className="lh-two lh-wrap"><span>{x.name}</span><span className="lh-muted">{t(`weakness.by.${x.by}`)}</span></span> },
        { title: t('weakness.import.what'), render: (_, x) => <span className="lh-wrap">{x.fields.map((c) => `${t(`weakness.field.${c.field}`)}: ${c.before || none} → ${c.after || none}`).join('; ')}</span> },
      ]}
    />
  )
}
