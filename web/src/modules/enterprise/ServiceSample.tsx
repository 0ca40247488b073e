import { Button, Card, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, EntityForm, Failure, Figure, Figures, ifMatch, Loading, none, PageHeader, PlainTable, read, StatusTag, useChange, useFormat, useMay, useText } from '../../kernel'
import { RateFigure } from './ServiceCounts'
import { Proofs } from './ServiceForm'
import { servicesKey, useSample, type Sampled } from './services'
import { useMatters } from './Services'
import { useEnterpriseTexts } from './texts'

type Verdict = 'upheld' | 'rejected'

/** A sample with what the auditors found. */
export default function ServiceSample() {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const { id = '' } = useParams()
  const { data: s, error, refetch } = useSample(id)
  const matters = useMatters()
  const [judging, judge] = useState<{ item: Sampled; verdict: Verdict } | null>(null)
  if (error) return <Failure problem={error} retry={() => void refetch()} />
  if (!s) return <Loading />
  return (
    <div className="lh-stack">
      <PageHeader title={t('services.sampleTitle')} note={t('services.drawNote')} />
      <Figures>
        <Figure label={t('services.population')} value={f.number(s.population, 0)} />
        <Figure label={t('services.sample')} value={f.number(s.size, 0)} />
        <Figure label={t('services.judged')} value={f.number(s.judged, 0)} />
        <Figure label={t('services.rejected')} value={f.number(s.rejected, 0)} />
        <RateFigure rate={s.rate} />
      </Figures>
      <p className="lh-note lh-wrap">{t('services.seedShown')}: <span className="lh-code">{s.seed}</span> · {t('services.digest')}: <span className="lh-code">{s.digest}</span></p>
      <Card size="small">
        <PlainTable<Sampled>
          label={t('services.sample')} rowKey="number" dataSource={s.items} pagination={s.items.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          columns={[
            { title: t('services.number'), align: 'right', responsive: ['sm'], render: (_, x) => <span className="lh-number">{x.number}</span> },
            { title: t('services.field.enterprise'), render: (_, x) => <span className="lh-two lh-wrap"><Link to={`/enterprise/services/${x.service.id}`}>{text(x.service.name)}</Link><span>{text(x.service.provider_name)}</span></span> },
            { title: t('services.field.matter'), responsive: ['md'], render: (_, x) => <span className="lh-two"><span>{matters.title(x.service.matter)}</span><span className="lh-number">{x.service.started_on}</span></span> },
            { title: t('services.field.verdict'), render: (_, x) => <Found item={x} /> },
            {
              title: '', align: 'right', render: (_, x) => may('enterprise.service.audit') && (
                <span className="lh-bar">
                  <Button size="small" onClick={() => judge({ item: x, verdict: 'upheld' })} aria-label={`${t('services.uphold')} · ${x.number}`}>{t('services.uphold')}</Button>
                  <Button size="small" danger onClick={() => judge({ item: x, verdict: 'rejected' })} aria-label={`${t('services.reject')} · ${x.number}`}>{t('services.reject')}</Button>
                </span>
              ),
            },
          ]}
        />
      </Card>
      {judging && <Judge sample={s.id} {...judging} close={() => judge(null)} />}
    </div>
  )
}

function Found({ item: x }: { item: Sampled }) {
  const t = useEnterpriseTexts()
  const f = useFormat()
  if (!x.verdict) return <>{none}</>
  return (
    <span className="lh-two lh-wrap">
      <span><StatusTag tone={x.verdict === 'upheld' ? 'good' : 'bad'}>{t(`services.verdicts.${x.verdict}`)}</StatusTag></span>
      <span>{x.note}{x.evidence_id && <> <a href={`/api/enterprise/services/evidence/${x.evidence_id}`}>{t('services.auditEvidence')}</a></>}</span>
      <span>{t('services.judgedBy', { name: x.name, time: f.time(x.at) })}</span>
    </span>
  )
}

function Judge({ sample, item, verdict, close }: { sample: string; item: Sampled; verdict: Verdict; close: () => void }) {
  const t = useEnterpriseTexts()
  const [files, setFiles] = useState<{ id: string; name: string }[]>([])
  const keep = useChange({
    run: (v: { note?: string }) => read(api.PUT('/api/enterprise/services/samples/{id}/verdicts/{service}', { params: { path: { id: sample, service: item.service.id }, header: ifMatch(item.version) }, body: { verdict, note: v.note ?? '', ...(files[0] ? { evidence: files[0].id } : {}) } })),
    refresh: [servicesKey], done: t('services.judgedDone'), quiet: true, after: close,
  })
  return (
    <Modal open onCancel={close} title={`${t('services.judgeTitle', { n: item.number })} · ${t(`services.verdicts.${verdict}`)}`} footer={null}>
      <EntityForm<{ note?: string }> name="judge" initial={{ note: item.note }} submit={(v) => keep.mutateAsync(v)} submitLabel={t(`services.verdicts.${verdict}`)} cancel={close}>
        <p className="lh-note">{t('services.judgeNote')}</p>
        <Form.Item name="note" label={t('services.finding')}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} /></Form.Item>
        <Form.Item label={t('services.auditEvidence')}><Proofs files={files} change={setFiles} most={1} /></Form.Item>
      </EntityForm>
    </Modal>
  )
}
