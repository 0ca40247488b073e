import { Alert, Button, Drawer, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import {
  api, CopyBlock, DataTable, EmptyState, EntityForm, none, PageHeader, PlainTable, read, StatusTag, SyntheticMark, useChange, useFormat, useLive, useSession, useText, type Column, type Schema, type Tone,
} from '../../kernel'
import { roomKey, topic, useVocabulary } from './data'
import { useEnterpriseTexts } from './texts'

type Row = Schema<'EnterpriseInvitableEntry'>
type Outcome = Schema<'IdentityInvitedOrganisation'>
interface Values { note?: string; days: number; language: 'zh' | 'en' }

const tones: Record<Exclude<Row['state'], ''>, Tone> = { open: 'info', expired: 'idle', accepted: 'good', declined: 'warn', revoked: 'idle' }
const outcomeTones: Record<Outcome['outcome'], Tone> = { invited: 'good', exists: 'warn', open: 'idle', applied: 'info' }
const most = 500

/** The enterprises that nobody keeps: the bureau invites them to join and to keep their own entries. */
export default function Invitations() {
  const t = useEnterpriseTexts()
  const vocabulary = useVocabulary()
  const [selected, select] = useState<string[]>([])
  const [asking, ask] = useState(false)
  const [outcomes, tell] = useState<Outcome[] | null>(null)
  const columns = useColumns()
  const text = useText()
  useLive(topic, roomKey)
  return (
    <>
      <PageHeader
        title={t('invitations.title')} note={t('invitations.note')}
        actions={<Button type="primary" disabled={selected.length === 0} onClick={() => ask(true)}>{t('invitations.invite', { n: selected.length })}</Button>}
      />
      {selected.length > most && <Alert type="warning" showIcon title={t('invitations.most', { most })} />}
      <DataTable<Row>
        url="/api/enterprise/invitations" queryKey={[...roomKey, 'invitations']} label={t('invitations.title')} rowKey={(e) => e.id} columns={columns}
        filters={[
          { name: 'district', label: t('field.district'), options: vocabulary.options('districts') },
          { name: 'industry', label: t('field.industry'), options: vocabulary.options('industries') },
          { name: 'invited', label: t('invitations.invited'), options: [{ value: 'no', label: t('invitations.notYet') }, { value: 'yes', label: t('invitations.already') }] },
        ]}
        select={{ selected, change: select, name: (e) => text(e.name) }}
        search={t('list.search')} exports
        empty={<EmptyState title={t('invitations.empty')} note={t('invitations.emptyNote')} />}
      />
      <Drawer open={asking} onClose={() => ask(false)} size={520} destroyOnHidden title={t('invitations.invite', { n: selected.length })}>
        <Asking ids={selected} close={() => ask(false)} sent={(list) => { ask(false); select([]); tell(list) }} />
      </Drawer>
      <Drawer open={outcomes !== null} onClose={() => tell(null)} size={720} destroyOnHidden title={t('invitations.outcomes')}>
        {outcomes && <Outcomes list={outcomes} />}
      </Drawer>
    </>
  )
}

function useColumns(): Column<Row>[] {
  const t = useEnterpriseTexts()
  const text = useText()
  const f = useFormat()
  const vocabulary = useVocabulary()
  return [
    {
      key: 'name', title: t('field.name'), sort: 'name',
      render: (e) => (
        <span className="lh-two lh-wrap">
          <span><Link to={`/enterprise/entries/${e.id}`}>{text(e.name)}</Link> {e.synthetic && <SyntheticMark />}</span>
          <span className="lh-code">{e.code}</span>
        </span>
      ),
    },
    { key: 'district', title: t('field.district'), sort: 'district', from: 'md', render: (e) => vocabulary.title('districts', e.district) },
    { key: 'industry', title: t('field.industry'), sort: 'industry', from: 'lg', render: (e) => <span className="lh-clip" title={vocabulary.title('industries', e.industry)}>{vocabulary.title('industries', e.industry)}</span> },
    { key: 'email', title: t('invitations.email'), from: 'sm', render: (e) => e.email || <span className="lh-muted">{t('invitations.byLink')}</span> },
    {
      key: 'state', title: t('invitations.state'), sort: 'invited_at',
      render: (e) => (e.state ? <span className="lh-two"><StatusTag tone={tones[e.state]}>{t(`invitations.states.${e.state}`)}</StatusTag><span className="lh-number lh-muted">{e.invited_at ? f.time(e.invited_at) : ''}</span></span> : none),
    },
  ]
}

function Asking({ ids, close, sent }: { ids: string[]; close: () => void; sent: (list: Outcome[]) => void }) {
  const t = useEnterpriseTexts()
  const session = useSession()
  const invite = useChange({
    run: (v: Values) => read(api.POST('/api/enterprise/invitations', { body: { entry_ids: ids, note: v.note?.trim() ?? '', days: v.days, language: v.language } })),
    refresh: [[...roomKey, 'invitations']], after: (v) => sent(v.enterprises), quiet: true,
  })
  return (
    <EntityForm<Values> initial={{ days: 30, language: session.person.language === 'en' ? 'en' : 'zh' }} submit={(v) => invite.mutateAsync(v)} submitLabel={t('invitations.send')} cancel={close}>
      <p className="lh-muted">{t('invitations.what')}</p>
      <Form.Item name="note" label={t('invitations.words')}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <div className="lh-pair">
        <Form.Item name="days" label={t('invitations.days')}>
          <InputNumber min={1} max={60} />
        </Form.Item>
        <Form.Item name="language" label={t('invitations.language')}>
          <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
        </Form.Item>
      </div>
    </EntityForm>
  )
}

function Outcomes({ list }: { list: Outcome[] }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const links = list.filter((x) => x.link)
  const mailed = list.filter((x) => x.mailed).length
  return (
    <div className="lh-stack">
      <Alert type="success" showIcon role="status" title={t('invitations.done', { n: list.filter((x) => x.outcome === 'invited').length, mailed })} />
      {links.length > 0 && (
        <>
          <Alert type="warning" showIcon title={t('invitations.once')} />
          <CopyBlock text={links.map((x) => `${text(x.name)}\t${x.uscc}\t${x.link}`).join('\n')} label={t('invitations.links')} />
        </>
      )}
      <PlainTable<Outcome>
        label={t('invitations.outcomes')} rowKey="uscc" dataSource={list} pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: t('field.name'), render: (_, x) => <span className="lh-two lh-wrap"><span>{text(x.name)}</span><span className="lh-code">{x.uscc}</span></span> },
          { title: t('invitations.state'), render: (_, x) => <StatusTag tone={outcomeTones[x.outcome]}>{t(x.outcome === 'invited' && x.mailed ? 'invitations.outcome.mailed' : `invitations.outcome.${x.outcome}`)}</StatusTag> },
        ]}
      />
    </div>
  )
}
