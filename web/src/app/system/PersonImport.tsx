import { UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Flex, Select, Upload } from 'antd'
import { useState } from 'react'
import { CopyBlock, PlainTable, problemText, Problem, request, StatusTag, useChange, useSession, type Schema, type Tone } from '../../kernel'
import { faultText } from '../../kernel/language'
import { personsKey, useOrganisations, useRoles } from './data'
import { useSystemTexts } from './texts'

type Action = 'create' | 'add' | 'same' | 'wrong'
type Field = 'name' | 'login' | 'email' | 'role' | 'language'
type Why = 'missing' | 'form' | 'unknown' | 'refused' | 'taken' | 'twice' | 'ambiguous'

interface Line {
  line: number
  name: string
  login: string
  email: string
  role: Schema<'IdentityMembership'>['role']
  action: Action
  problems: { field: Field; key: Why }[]
}

interface Roster {
  lines: Line[]
  committed: boolean
  links: { name: string; login: string; link: string }[]
}

const tones: Record<Action, Tone> = { create: 'good', add: 'info', same: 'idle', wrong: 'bad' }

/** Brings persons in from a file: first shows what becomes of each line, then does it, all or nothing. */
export function PersonImport({ close }: { close: () => void }) {
  const t = useSystemTexts()
  const session = useSession()
  const organisations = useOrganisations()
  const [organisation, setOrganisation] = useState(session.organisation.id)
  const [file, setFile] = useState<File | null>(null)
  const address = (name: string, commit: boolean) => `/api/system/persons/import?${new URLSearchParams({ organisation_id: organisation, name, ...(commit ? { commit: 'true' } : {}) })}`
  const send = (chosen: File, commit: boolean) => request<Roster>(address(chosen.name, commit), { method: 'POST', body: chosen, headers: { 'Content-Type': chosen.type || 'application/octet-stream' } })
  const look = useChange({ run: (chosen: File) => send(chosen, false), quiet: true })
  const commit = useChange({ run: (chosen: File) => send(chosen, true), refresh: [personsKey, ['invitations']], quiet: true })
  const choose = (chosen: File) => {
    setFile(chosen)
    commit.reset()
    look.mutate(chosen)
    return false
  }
  const roster = commit.data ?? look.data
  const count = (action: Action) => roster?.lines.filter((l) => l.action === action).length ?? 0
  const ready = roster && !roster.committed && count('wrong') === 0 && count('create') + count('add') > 0
  return (
    <div className="lh-stack">
      <p className="lh-muted">{t('import.note')}</p>
      <label htmlFor="import-organisation">{t('field.organisation')}</label>
      <Select id="import-organisation" value={organisation} onChange={(id) => { setOrganisation(id); setFile(null); look.reset(); commit.reset() }} options={organisations.options} showSearch={{ optionFilterProp: 'label' }} />
      <Flex gap={8} wrap>
        <Upload accept=".csv,.xlsx" showUploadList={false} beforeUpload={choose} maxCount={1}>
          <Button icon={<UploadOutlined />} loading={look.isPending}>{file ? file.name : t('import.choose')}</Button>
        </Upload>
        <Button href={`data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${t('import.head')}\n`)}`} download={t('import.template')}>{t('import.download')}</Button>
      </Flex>
      <Refused problem={commit.error ?? look.error} />
      {roster?.committed && <Alert type="success" showIcon role="status" title={t('import.done', { create: count('create'), add: count('add') })} />}
      {roster && !roster.committed && <Alert type={count('wrong') > 0 ? 'warning' : 'info'} showIcon role="status" title={t(count('wrong') > 0 ? 'import.wrong' : 'import.dry', { create: count('create'), add: count('add'), same: count('same'), wrong: count('wrong') })} />}
      {roster && roster.links.length > 0 && <Links links={roster.links} />}
      {roster && <Lines lines={roster.lines} />}
      <Flex gap={8}>
        {!roster?.committed && <Button type="primary" disabled={!ready || !file} loading={commit.isPending} onClick={() => file && commit.mutate(file)}>{t('import.commit')}</Button>}
        <Button onClick={close}>{t('close')}</Button>
      </Flex>
    </div>
  )
}

function Refused({ problem }: { problem: unknown }) {
  if (!problem) return null
  const faults = problem instanceof Problem ? problem.faults : []
  return <Alert type="error" showIcon role="alert" title={problemText(problem)} description={faults.length > 0 && <ul className="lh-faults">{faults.slice(0, 10).map((f) => <li key={f.location + f.message}>{faultText(f)}</li>)}</ul>} />
}

function Links({ links }: { links: Roster['links'] }) {
  const t = useSystemTexts()
  return (
    <div className="lh-stack">
      <Alert type="warning" showIcon title={t('import.links')} />
      <CopyBlock text={links.map((l) => `${l.name}\t${l.login}\t${l.link}`).join('\n')} label={t('invitations.link')} />
    </div>
  )
}

function Lines({ lines }: { lines: Line[] }) {
  const t = useSystemTexts()
  const roles = useRoles()
  return (
    <PlainTable<Line>
      label={t('import.title')}
      rowKey={(l) => l.line}
      dataSource={lines}
      pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        { title: t('import.line'), align: 'right', render: (_, l) => <span className="lh-number">{l.line}</span> },
        { title: t('field.person'), render: (_, l) => <span className="lh-two"><span>{l.name}</span><span className="lh-code">{l.login}</span></span> },
        { title: t('field.email'), responsive: ['md'], render: (_, l) => l.email },
        { title: t('field.role'), responsive: ['sm'], render: (_, l) => roles.title(l.role) },
        {
          title: t('import.becomes'),
          render: (_, l) => (
            <>
              <StatusTag tone={tones[l.action]}>{t(`import.action.${l.action}`)}</StatusTag>
              {l.problems.length > 0 && <ul className="lh-plain">{l.problems.map((p) => <li key={p.field + p.key}>{t(`import.field.${p.field}`)}：{t(`import.why.${p.key}`)}</li>)}</ul>}
            </>
          ),
        },
      ]}
    />
  )
}
