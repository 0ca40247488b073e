import { InboxOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Card, Flex, Form, Input, InputNumber, Upload } from 'antd'
import { useState } from 'react'
import { Figure, Figures, LinkButton, PageHeader, PlainTable, Problem, problemText, request, sentenceText, StatusTag, useFormat } from '../../kernel'
import { indicatorTone, intelKey, outcomes, outcomeTone, useIntelTexts, type TakenBundle, type TakenObject } from './intelTexts'

/** Takes over a bundle of STIX: each object is tested, and what is refused or not matched is told. */
export default function IndicatorImport() {
  const t = useIntelTexts()
  const queries = useQueryClient()
  const [source, setSource] = useState('')
  const [days, setDays] = useState(90)
  const [busy, setBusy] = useState(false)
  const [taken, setTaken] = useState<TakenBundle | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (file: File) => {
    setBusy(true)
    setProblem(null)
    setTaken(null)
    try {
      const query = new URLSearchParams({ source: source.trim(), days: String(days) })
      setTaken(await request<TakenBundle>(`/api/security/intelligence-import?${query}`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } }))
      void queries.invalidateQueries({ queryKey: intelKey })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' }))
    } finally {
      setBusy(false)
    }
  }
  const ready = source.trim() !== ''
  return (
    <div className="lh-stack">
      <PageHeader title={t('intel.take.title')} note={t('intel.take.note')} />
      <Card>
        <Form layout="vertical">
          <Form.Item label={t('intel.take.source')} extra={t('intel.take.sourceNote')} htmlFor="intel-source" required><Input id="intel-source" maxLength={100} value={source} onChange={(e) => setSource(e.target.value)} /></Form.Item>
          <Form.Item label={t('intel.take.days')} htmlFor="intel-days"><InputNumber id="intel-days" min={1} max={3650} precision={0} value={days} onChange={(v) => setDays(v ?? 90)} suffix={t('intel.take.unit')} /></Form.Item>
        </Form>
        <Upload.Dragger accept=".json" maxCount={1} showUploadList={false} disabled={busy || !ready} beforeUpload={(file) => { void send(file); return false }}>
          <Flex vertical align="center" gap={4} className="lh-drop">
            <InboxOutlined className="lh-drop-icon" />
            <span>{t(busy ? 'intel.take.busy' : ready ? 'intel.take.drop' : 'intel.take.dropFirst')}</span>
          </Flex>
        </Upload.Dragger>
      </Card>
      <div aria-live="polite" className="lh-stack">
        {problem && <Alert type="error" showIcon title={problemText(problem)} />}
        {taken && <Result taken={taken} />}
      </div>
    </div>
  )
}

function Result({ taken: b }: { taken: TakenBundle }) {
  const t = useIntelTexts()
  const f = useFormat()
  const why = (o: TakenObject) => (o.why && sentenceText(o.why)) || (o.trouble ? t(`intel.troubles.${o.trouble}`, { text: o.text }) : '')
  return (
    <Card size="small" title={t('intel.take.objects')}>
      <div className="lh-stack">
        <Alert type={b.refused > 0 ? 'warning' : 'success'} showIcon title={t('intel.take.done', { n: b.indicators, bad: b.unmatchable })} action={<LinkButton size="small" to="/security/intelligence">{t('intel.title')}</LinkButton>} />
        <Figures>{outcomes.map((x) => <Figure key={x} label={t(`intel.take.outcomes.${x}`)} value={f.number(b[x], 0)} />)}</Figures>
        <PlainTable<TakenObject>
          label={t('intel.take.objects')} rowKey={(o) => o.object_id} scroll={{ x: '100%' }} dataSource={b.objects} pagination={b.objects.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { title: t('intel.take.object'), render: (_, o) => <span className="lh-two lh-break"><span>{o.name || o.type}</span><span className="lh-muted lh-code">{o.object_id}</span>{why(o) && <span>{why(o)}</span>}</span> },
            { title: t('intel.take.outcome'), render: (_, o) => <span className="lh-two"><StatusTag tone={outcomeTone[o.outcome]}>{t(`intel.take.outcomes.${o.outcome}`)}</StatusTag>{o.state && <StatusTag tone={indicatorTone[o.state]}>{t(`intel.states.${o.state}`)}</StatusTag>}</span> },
          ]}
        />
      </div>
    </Card>
  )
}
