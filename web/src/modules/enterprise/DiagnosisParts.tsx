import { Button, Collapse } from 'antd'
import { StatusTag, UploadButton, useText, type Tone } from '../../kernel'
import { checkedTone, type EvidenceFile } from './diagnosis'
import type { Answer } from './saver'
import type { Question, Template } from './questions'
import { useEnterpriseTexts } from './texts'

const levelTones: Tone[] = ['idle', 'warn', 'info', 'good', 'good', 'good']

/** A level with its name. */
export function LevelTag({ level, template }: { level: number; template: Template | undefined }) {
  return <StatusTag tone={levelTones[level] ?? 'good'}><LevelName level={level} template={template} /></StatusTag>
}

/** The name of a level. */
export function LevelName({ level, template }: { level: number; template: Template | undefined }) {
  const name = useLevelName(template)
  return <>{name(level)}</>
}

/** Names levels of a questionnaire. */
export function useLevelName(template: Template | undefined): (level: number) => string {
  const t = useEnterpriseTexts()
  const text = useText()
  return (level) => (level === 0 ? t('diagnosis.level0') : text(template?.levels[level - 1]?.title) || String(level))
}

/** What each part of a questionnaire rests on; open on demand, the warning always. */
export function Marks({ template: x }: { template: Template }) {
  const t = useEnterpriseTexts()
  const text = useText()
  const marks = Object.entries(x.marks).sort(([a], [b]) => a.localeCompare(b)).map(([key, m]) => ({ key, ...m }))
  const doubtful = marks.some((m) => m.checked === 'unchecked' || m.checked === 'secondary')
  return (
    <Collapse
      size="small" ghost
      items={[{
        key: 'marks', label: <>{t('diagnosis.marks')}{doubtful && <> · <StatusTag tone="warn">{t('diagnosis.unchecked')}</StatusTag></>}</>,
        children: (
          <dl className="lh-diagnosis-marks">
            {marks.map((m) => (
              <div key={m.key}>
                <dt>{text(m.title)} <StatusTag tone={checkedTone[m.checked]}>{t(`diagnosis.checked.${m.checked}`)}</StatusTag></dt>
                <dd className="lh-note">{text(m.source)}</dd>
              </div>
            ))}
          </dl>
        ),
      }]}
    />
  )
}

/** Writes an answer in words. */
export function useAnswerText(): (q: Question, a: Answer | undefined) => string {
  const t = useEnterpriseTexts()
  const text = useText()
  return (q, a) => {
    if (a?.number !== undefined) return `${a.number} ${text(q.unit)}`
    const titles = q.options.filter((o) => a?.options?.includes(o.code)).map((o) => text(o.title))
    return titles.length === 0 ? t('diagnosis.nothing') : titles.join(' · ')
  }
}

/** Links to files of evidence. */
export function Files({ files, remove }: { files: EvidenceFile[]; remove?: (id: string) => void }) {
  const t = useEnterpriseTexts()
  if (files.length === 0) return null
  return (
    <ul className="lh-diagnosis-files">
      {files.map((x) => (
        <li key={x.id}>
          <a href={`/api/enterprise/diagnosis/evidence/${x.id}`} download title={`SHA-256 ${x.sha256}`}>{x.name}</a> <span className="lh-note">{x.by}</span>
          {remove && <Button type="text" size="small" onClick={() => remove(x.id)} aria-label={t('diagnosis.removeFile', { name: x.name })}>×</Button>}
        </li>
      ))}
    </ul>
  )
}

/** Uploads a file of evidence beside a question. */
export function Attach({ sheet, question, took }: { sheet: string; question: string; took: () => void }) {
  const t = useEnterpriseTexts()
  return <UploadButton to={`/api/enterprise/diagnosis/sheets/${sheet}/evidence`} query={{ question }} label={t('diagnosis.attach')} took={took} />
}
