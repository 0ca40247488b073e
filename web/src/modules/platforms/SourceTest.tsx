import { Alert, Button, Flex, Input } from 'antd'
import { useState } from 'react'
import { api, PlainTable, problemText, faultText, Problem, read, StatusTag, useChange, useFormat } from '../../kernel'
import { useCatalogue } from './data'
import { specOf, useSourceWords, type MappingFault, type SourceValues, type Tested } from './sources'
import { findingText } from './Submissions'
import { usePlatformTexts } from './texts'

/** Reads once, or takes a pasted answer, and shows the rows that would be stored. Nothing is kept. */
export function SourceTest({ platform, source, values, metrics }: { platform: string; source: string; values: () => SourceValues; metrics: (names: string[]) => void }) {
  const t = usePlatformTexts()
  const [sample, setSample] = useState('')
  const test = useChange<string, Tested>({
    run: (pasted) => {
      const v = values()
      return read(api.POST('/api/platforms/{id}/sources/test', {
        params: { path: { id: platform } },
        body: { spec: specOf(v), ...(v.secret ? { secret: v.secret } : {}), ...(source ? { source } : {}), ...(pasted ? { sample: pasted } : {}) },
      }))
    },
    after: (result) => {
      if (result.sample && !result.trimmed) setSample(result.sample)
      metrics(result.metrics ?? [])
    },
    quiet: true,
  })
  return (
    <fieldset className="lh-fieldset">
      <legend>{t('sources.test')}</legend>
      <p className="lh-note">{t('sources.testNote')}</p>
      <Flex gap={8} wrap>
        <Button onClick={() => test.mutate('')} loading={test.isPending}>{t('sources.fetch')}</Button>
        <Button onClick={() => test.mutate(sample)} loading={test.isPending} disabled={!sample.trim()}>{t('sources.useSample')}</Button>
      </Flex>
      <label htmlFor="source-sample" className="lh-source-label">{t('sources.sample')}</label>
      <Input.TextArea id="source-sample" className="lh-code" value={sample} onChange={(e) => setSample(e.target.value)} autoSize={{ minRows: 3, maxRows: 12 }} maxLength={1_000_000} spellCheck={false} />
      {test.error && <Alert type="error" showIcon role="alert" title={problemText(test.error)} description={test.error instanceof Problem && test.error.faults.length > 0 && <ul className="lh-faults">{test.error.faults.map((x) => <li key={x.location + x.message}><code>{x.location.replace(/^body\.(spec\.)?/, '')}</code> {faultText(x)}</li>)}</ul>} />}
      {test.data && !test.isPending && <Result result={test.data} />}
    </fieldset>
  )
}

function Result({ result }: { result: Tested }) {
  const t = usePlatformTexts()
  const f = useFormat()
  const words = useSourceWords()
  const name = useCatalogue()
  if (result.fault) return <Alert type="error" showIcon role="status" title={words.fault({ fault: result.fault, ...(result.detail ? { detail: result.detail } : {}) })} />
  const facts = [result.ms ? `${f.number(result.ms)} ms` : '', t('sources.bytes', { bytes: f.number(result.bytes) }), typeof result.skew_ms === 'number' ? words.skew(result.skew_ms) : ''].filter(Boolean).join(' · ')
  if (result.untested) return <Alert type="info" showIcon role="status" title={t('sources.untested')} description={<>{facts}{result.metrics && <><br />{t('sources.metrics', { count: result.metrics.length })}</>}</>} />
  const good = result.total - result.refused
  const wrong = result.faults.length > 0 || result.refused > 0
  return (
    <div className="lh-stack">
      <Alert
        type={result.faults.length > 0 ? 'error' : wrong ? 'warning' : 'success'} showIcon role="status"
        title={result.faults.length > 0 ? t('sources.wouldStoreNone', { count: result.faults.length }) : t('sources.wouldStore', { good: f.number(good), total: f.number(result.total) })} description={facts}
      />
      {result.faults.length > 0 && <MappingFaults faults={result.faults} />}
      {result.rows.length > 0 && (
        <PlainTable
          label={t('sources.testRows')} rowKey={(r) => `${r.origin} ${r.code} ${r.period}`} dataSource={result.rows} pagination={result.rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
          columns={[
            { key: 'code', title: t('field.indicator'), render: (_, r) => <span className="lh-two"><span>{name(r.code)}</span><span className="lh-code lh-break">{r.origin}</span></span> },
            { key: 'dims', title: t('field.dims'), responsive: ['sm'], render: (_, r) => Object.entries(r.dims ?? {}).map(([k, v]) => `${t(`field.${k as 'industry'}`)} ${v}`).join(' · ') || t('page.total') },
            { key: 'period', title: t('field.period'), render: (_, r) => <span className="lh-number">{r.period}</span> },
            { key: 'value', title: t('field.value'), align: 'right', render: (_, r) => <span className="lh-number">{f.number(r.value, 4)}</span> },
            { key: 'what', title: t('field.outcome'), render: (_, r) => (r.finding ? <span className="lh-wrap"><StatusTag tone="bad">{t('field.rejected')}</StatusTag> {findingText(t, r.finding)}</span> : <StatusTag tone="good">{t('sources.fine')}</StatusTag>) },
          ]}
        />
      )}
    </div>
  )
}

/** What is wrong with rows under a mapping: which row, which path, what was found. */
export function MappingFaults({ faults }: { faults: MappingFault[] }) {
  const t = usePlatformTexts()
  const words = useSourceWords()
  return (
    <PlainTable<MappingFault>
      label={t('sources.mappingFaults')} rowKey={(x) => `${x.origin} ${x.field} ${x.found}`} dataSource={faults}
      columns={[
        { key: 'row', title: t('sources.row'), render: (_, x) => <span className="lh-code lh-break">{x.origin || t('quality.whole')}</span> },
        { key: 'path', title: t('sources.path'), responsive: ['sm'], render: (_, x) => <span className="lh-code lh-break">{x.path || x.field}</span> },
        { key: 'what', title: t('sources.what'), render: (_, x) => words.mapping(x) },
        { key: 'found', title: t('sources.found'), render: (_, x) => <span className="lh-code lh-break">{x.found || '—'}</span> },
      ]}
    />
  )
}
