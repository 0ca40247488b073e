import { UploadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Form, Input, Modal, Tag, Upload } from 'antd'
import { useState } from 'react'
import { api, EmptyState, EntityForm, PlainTable, read, request, StatusTag, useChange, useFormat, useText, type Schema } from '../../kernel'
import { Said } from './IncidentActs'
import { incidentKey, useIncidentTexts, type Detail } from './incidentData'

type Piece = Schema<'IncidentEvidence'>

/** Files that show something, with their hashes and in whose hands they were. */
export function Evidence({ incident: i }: { incident: Detail }) {
  const t = useIncidentTexts()
  const f = useFormat()
  const [adding, setAdding] = useState(false)
  const [asked, setAsked] = useState<{ piece: Piece; what: 'hold' | 'unhold' | 'discard' | 'custody' } | null>(null)
  const close = () => setAsked(null)
  return (
    <div className="lh-stack">
      <div className="lh-actions">
        {i.acts.includes('evidence') && <Button type="primary" onClick={() => setAdding(true)}>{t('incident.evidence.add')}</Button>}{' '}
        {i.side !== 'guest' && <Button href={`/api/security/incidents/${i.id}/bundle`} title={t('incident.evidence.bundleNote')}>{t('incident.evidence.bundle')}</Button>}{' '}
        {i.side !== 'guest' && (i.tlp !== 'red' || i.side === (i.origin === 'city' ? 'city' : 'owner')) && <Button href={`/api/security/incidents/${i.id}/stix`} title={t('incident.evidence.stixNote')}>STIX</Button>}
      </div>
      <PlainTable<Piece>
        scroll={{ x: '100%' }} label={t('incident.tabs.evidence')} rowKey={(v) => v.id} dataSource={i.evidence} locale={{ emptyText: <EmptyState title={t('incident.evidence.none')} note={t('incident.evidence.noneNote')} /> }}
        columns={[
          {
            title: t('incident.evidence.name'),
            render: (_, v) => (
              <span className="lh-two lh-wrap">
                <span>{v.discarded_at ? v.name : <a href={`/api/security/incidents/${i.id}/evidence/${v.id}`} download>{v.name}</a>} {v.malicious && <Tag color="red">{t('incident.evidence.malicious')}</Tag>}{v.sealed && <Tag>{t('incident.evidence.sealed')}</Tag>}{v.hold && <Tag color="blue">{t('incident.evidence.hold')}</Tag>}</span>
                <span>{v.what}</span><span><Digest name="SHA-256" of={v.sha256} />{v.sm3 && <><br /><Digest name="SM3" of={v.sm3} /></>}</span>
              </span>
            ),
          },
          { title: t('incident.evidence.by'), responsive: ['md'], render: (_, v) => <span className="lh-two"><span>{v.by}</span><span className="lh-number">{f.time(v.at)}</span></span> },
          { title: t('incident.evidence.size'), align: 'right', responsive: ['lg'], render: (_, v) => <span className="lh-number">{f.number(v.size, 0)} B</span> },
          {
            title: t('incident.clockState'),
            render: (_, v) => (
              <span className="lh-two">
                {v.discarded_at && <StatusTag tone="idle">{t('incident.evidence.discarded')}</StatusTag>}
                <span>
                  <Button size="small" type="text" onClick={() => setAsked({ piece: v, what: 'custody' })}>{t('incident.evidence.custody')}</Button>
                  {i.acts.includes('hold') && !v.discarded_at && <Button size="small" type="text" onClick={() => setAsked({ piece: v, what: v.hold ? 'unhold' : 'hold' })}>{t(v.hold ? 'incident.evidence.unhold' : 'incident.evidence.hold')}</Button>}
                  {i.acts.includes('evidence') && i.side !== 'guest' && !v.discarded_at && !v.hold && <Button size="small" type="text" danger onClick={() => setAsked({ piece: v, what: 'discard' })}>{t('incident.evidence.discard')}</Button>}
                </span>
              </span>
            ),
          },
        ]}
      />
      <Modal open={adding} title={t('incident.evidence.add')} footer={null} onCancel={() => setAdding(false)} destroyOnHidden><Add incident={i} close={() => setAdding(false)} /></Modal>
      <Modal open={asked !== null} title={asked?.piece.name ?? ''} footer={null} onCancel={close} destroyOnHidden>
        {asked?.what === 'custody' && <Hands incident={i} piece={asked.piece} />}
        {(asked?.what === 'hold' || asked?.what === 'unhold') && <Said incident={i} path={`/evidence/${asked.piece.id}/hold`} label={t(`incident.evidence.${asked.what}`)} fixed={{ hold: asked.what === 'hold' }} close={close} />}
        {asked?.what === 'discard' && <Said incident={i} path={`/evidence/${asked.piece.id}/discarding`} label={t('incident.evidence.discard')} close={close} />}
      </Modal>
    </div>
  )
}

/** What a file is known by. */
function Digest({ name, of }: { name: string; of: string }) {
  return <span>{name} <code className="lh-code lh-wrap">{of}</code></span>
}

function Add({ incident: i, close }: { incident: Detail; close: () => void }) {
  const t = useIncidentTexts()
  const [file, setFile] = useState<File | null>(null)
  const add = useChange<{ what: string; malicious?: boolean }>({
    run: ({ what, malicious }) => request(`/api/security/incidents/${i.id}/evidence?${new URLSearchParams({ name: file!.name, what, malicious: String(malicious === true) })}`, { method: 'POST', body: file!, headers: { 'Content-Type': file!.type || 'application/octet-stream' } }),
    refresh: [incidentKey], done: t('incident.saved'), quiet: true, after: close,
  })
  return (
    <EntityForm<{ what: string; malicious?: boolean; file?: unknown }> submitLabel={t('incident.evidence.add')} cancel={close} submit={(v) => add.mutateAsync({ what: v.what ?? '', malicious: v.malicious ?? false })}>
      <Form.Item name="file" label={t('incident.evidence.name')} rules={[{ validator: async () => { if (!file) throw new Error(t('incident.missing', { label: t('incident.evidence.name') })) } }]} valuePropName="none">
        <Upload maxCount={1} beforeUpload={(x) => { setFile(x); return false }} onRemove={() => setFile(null)}><Button icon={<UploadOutlined />}>{t('incident.evidence.file')}</Button></Upload>
      </Form.Item>
      <Form.Item name="what" label={t('incident.evidence.what')} rules={[{ required: true, whitespace: true, message: t('incident.missing', { label: t('incident.evidence.what') }) }]}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} /></Form.Item>
      <Form.Item name="malicious" valuePropName="checked" extra={t('incident.evidence.maliciousNote')}><Checkbox>{t('incident.evidence.malicious')}</Checkbox></Form.Item>
    </EntityForm>
  )
}

/** In whose hands a piece was. */
function Hands({ incident: i, piece }: { incident: Detail; piece: Piece }) {
  const t = useIncidentTexts()
  const text = useText()
  const f = useFormat()
  const { data } = useQuery({ queryKey: [...incidentKey, 'custody', piece.id], queryFn: () => read(api.GET('/api/security/incidents/{id}/evidence/{evidence}/custody', { params: { path: { id: i.id, evidence: piece.id } } })), staleTime: 0 })
  return (
    <PlainTable<Schema<'IncidentCustody'>>
      scroll={{ x: '100%' }} label={t('incident.evidence.custody')} rowKey={(c) => c.id} dataSource={data?.items ?? []} locale={{ emptyText: t('incident.evidence.custodyNone') }}
      columns={[
        { title: t('incident.timeline.time'), render: (_, c) => <span className="lh-number">{f.time(c.at)}</span> },
        { title: t('incident.timeline.what'), render: (_, c) => <span className="lh-two lh-wrap"><span>{t(`incident.evidence.hands.${c.what}`)}</span><span>{c.why}</span>{c.sm3 && c.what === 'taken' && <Digest name="SM3" of={c.sm3} />}</span> },
        { title: t('incident.timeline.by'), render: (_, c) => <span className="lh-two lh-wrap"><span>{c.by}</span><span>{text(c.organisation)}</span></span> },
      ]}
    />
  )
}
