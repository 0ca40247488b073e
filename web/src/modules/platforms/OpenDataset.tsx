import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Drawer, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api, Confirm, CopyBlock, EntityForm, Failure, ifMatch, Loading, PageHeader, Particulars, PlainTable, read, StatusTag, useChange, useFormat, useText } from '../../kernel'
import { useCatalogue } from './data'
import { MonthLink } from './FigureLink'
import { OpenDataForm } from './OpenDataForm'
import { openKey, openTone, useDataset, type OpenDetail, type OpenRow } from './open'
import { Origins } from './Origin'
import { usePlatformTexts } from './texts'

/** One dataset: addresses, preview, editions, and how the bureau opens and withdraws it. */
export default function OpenDatasetPage() {
  const { id = '' } = useParams()
  const t = usePlatformTexts()
  const dataset = useDataset(id)
  if (dataset.error) return <><PageHeader title={t('open.title')} /><Failure problem={dataset.error} retry={() => void dataset.refetch()} /></>
  return dataset.data ? <Page dataset={dataset.data} /> : <Loading />
}

function Page({ dataset: d }: { dataset: OpenDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const indicator = useCatalogue()
  return (
    <div className="lh-stack">
      <PageHeader title={text(d.spec.title)} note={text(d.spec.description)} marks={<StatusTag tone={openTone[d.state]}>{t(`open.states.${d.state}`)}</StatusTag>} actions={d.may_edit && <Actions dataset={d} />} />
      {d.state === 'withdrawn' && <Alert type="warning" showIcon title={t('open.withdrawnFor', { reason: d.reason })} />}
      {d.state === 'published' && (
        <Card size="small" title={t('open.addresses')}>
          <div className="lh-stack">
            {['', '/csv', '/json', '/xlsx'].map((end) => <CopyBlock key={end} oneLine label={end ? end.slice(1).toUpperCase() : t('open.described')} text={d.address + end} />)}
            <p className="lh-note">{t('open.addressNote')}</p>
          </div>
        </Card>
      )}
      <Card size="small" title={t('open.about')}>
        <Particulars items={[
          { key: 'indicators', label: t('open.indicators'), children: d.spec.indicators.map(indicator).join(t('open.comma')) },
          { key: 'by', label: t('open.by'), children: t(`open.divisions.${d.spec.by}`) },
          { key: 'frequency', label: t('open.frequency'), children: t('open.last', { frequency: t(`open.frequencies.${d.spec.frequency}`), count: d.spec.periods }) },
          { key: 'licence', label: t('open.licence'), children: d.spec.licence_url ? <a href={d.spec.licence_url} rel="noreferrer" target="_blank">{text(d.spec.licence)}</a> : text(d.spec.licence) },
          { key: 'contact', label: t('open.contact'), children: d.spec.contact },
        ]} />
      </Card>
      {d.may_edit && <Preview dataset={d} />}
      {d.editions.length > 0 && (
        <Card size="small" title={t('open.editions')}>
          <PlainTable
            label={t('open.editions')} rowKey="number" dataSource={d.editions}
            columns={[
              { key: 'number', title: t('open.edition'), align: 'right', render: (_, e) => <span className="lh-number">{e.number}</span> },
              { key: 'note', title: t('open.news'), render: (_, e) => text(e.note) },
              { key: 'rows', title: t('open.rows'), align: 'right', render: (_, e) => <span className="lh-number">{t('open.rowsOf', { rows: e.rows, hidden: e.hidden })}</span> },
              { key: 'made', title: t('open.changed'), responsive: ['sm'], render: (_, e) => <span className="lh-number">{f.time(e.made_at)}</span> },
            ]}
          />
        </Card>
      )}
    </div>
  )
}

function Preview({ dataset: { id, version, spec } }: { dataset: OpenDetail }) {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const indicator = useCatalogue()
  const { data, error, refetch } = useQuery({ queryKey: [...openKey, 'preview', id, version], queryFn: () => read(api.GET('/api/platforms/open/datasets/{id}/preview', { params: { path: { id } } })) })
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const areas = new Map(data.areas.map((a) => [a.code, text(a.title)]))
  return (
    <Card size="small" title={t('open.preview')}>
      <p className="lh-muted">{t('open.previewNote', { rows: data.total, hidden: data.suppressed })}</p>
      <PlainTable<OpenRow>
        label={t('open.preview')} rowKey={(r) => [r.period, r.area, r.indicator].join(' ')} dataSource={[...data.rows].reverse()} pagination={data.rows.length > 10 ? { pageSize: 10, showSizeChanger: false } : false} locale={{ emptyText: t('open.empty') }}
        columns={[
          { key: 'period', title: t('field.period'), render: (_, r) => <span className="lh-number">{r.period}</span> },
          { key: 'area', title: t('open.by'), render: (_, r) => areas.get(r.area) ?? t('open.divisions.city') },
          { key: 'indicator', title: t('field.indicator'), render: (_, r) => indicator(r.indicator) },
          { key: 'value', title: t('field.value'), align: 'right', render: (_, r) => (r.value === null ? <span className="lh-muted">{t('open.hidden')}</span> : <Total spec={spec} row={r}>{f.number(r.value, 2)}</Total>) },
          { key: 'platforms', title: t('open.platforms'), align: 'right', responsive: ['sm'], render: (_, r) => <span className="lh-number">{r.platforms ?? ''}</span> },
        ]}
      />
      <Origins />
    </Card>
  )
}

/** A row that opens what each platform gives to it; platforms across industries are no group that can be asked for. */
function Total({ spec, row: r, children }: { spec: OpenDetail['spec']; row: OpenRow; children: string }) {
  if (spec.by !== 'city' && !r.area) return <span className="lh-number">{children}</span>
  return <MonthLink of={{ code: r.indicator, month: r.period, ...(spec.by === 'city' ? {} : { [spec.by]: r.area }) }}>{children}</MonthLink>
}

function Actions({ dataset: d }: { dataset: OpenDetail }) {
  const t = usePlatformTexts()
  const go = useNavigate()
  const [doing, act] = useState<'' | 'edit' | 'publish' | 'withdraw'>('')
  const close = () => act('')
  const at = { path: { id: d.id }, header: ifMatch(d.version) }
  const shared = { refresh: [openKey], after: close, quiet: true }
  const edit = useChange({ ...shared, run: (spec: OpenDetail['spec']) => read(api.PUT('/api/platforms/open/datasets/{id}', { params: at, body: { spec } })), done: t('open.saved') })
  const publish = useChange({ ...shared, run: (v: { zh: string; en?: string }) => read(api.POST('/api/platforms/open/datasets/{id}/publication', { params: at, body: { note: { zh: v.zh, en: v.en ?? '' } } })), done: t('open.published') })
  const withdraw = useChange({ ...shared, run: (body: { reason: string }) => read(api.POST('/api/platforms/open/datasets/{id}/withdrawal', { params: at, body })), done: t('open.withdrawn') })
  const remove = useChange({ run: () => read(api.DELETE('/api/platforms/open/datasets/{id}', { params: { path: { id: d.id } } })), refresh: [openKey], after: () => void go('/platforms/open'), quiet: true })
  const needed = (label: string) => [{ required: true, whitespace: true, message: t('form.missing', { label }) }]
  return (
    <>
      <Button onClick={() => act('edit')}>{t('open.edit')}</Button>
      {d.edition === 0 && <Confirm title={t('open.removeTitle')} label={t('open.remove')} run={() => remove.mutateAsync()} />}
      {d.state === 'published' && <Button danger onClick={() => act('withdraw')}>{t('open.withdraw')}</Button>}
      <Button type="primary" onClick={() => act('publish')}>{t('open.publish')}</Button>
      <Drawer open={doing === 'edit'} onClose={close} size={560} title={t('open.edit')} destroyOnHidden><p className="lh-muted">{t('open.editNote')}</p><OpenDataForm spec={d.spec} submit={(v) => edit.mutateAsync(v.spec)} cancel={close} /></Drawer>
      <Modal open={doing === 'publish'} onCancel={close} title={t('open.publish')} footer={null} destroyOnHidden>
        <p>{t('open.publishNote')}</p>
        <EntityForm<{ zh: string; en?: string }> submit={(v) => publish.mutateAsync(v)} submitLabel={t('open.publish')} cancel={close} name="publish">
          <Form.Item name="zh" label={t('open.newsZh')} rules={needed(t('open.newsZh'))}><Input maxLength={500} /></Form.Item>
          <Form.Item name="en" label={t('open.newsEn')}><Input maxLength={500} /></Form.Item>
        </EntityForm>
      </Modal>
      <Modal open={doing === 'withdraw'} onCancel={close} title={t('open.withdraw')} footer={null} destroyOnHidden>
        <EntityForm<{ reason: string }> submit={(v) => withdraw.mutateAsync(v)} submitLabel={t('open.withdraw')} cancel={close} name="withdraw">
          <Form.Item name="reason" label={t('field.reason')} extra={t('open.reasonNote')} rules={needed(t('field.reason'))}><Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} /></Form.Item>
        </EntityForm>
      </Modal>
    </>
  )
}
