import { PaperClipOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { UploadButton } from '../../kernel'
import type { EvidenceFile } from './pilots'
import { useScenarioTexts } from './texts'

/** Links to files of an application. */
export function Files({ files, remove }: { files: EvidenceFile[]; remove?: (id: string) => void }) {
  const t = useScenarioTexts()
  return (
    <ul className="lh-pilot-files">
      {files.map((x) => (
        <li key={x.id}>
          <a href={`/api/scenario/pilot/files/${x.id}`} download title={`SHA-256 ${x.sha256}`}><PaperClipOutlined /> {x.name}</a>
          {remove && <Button type="text" size="small" onClick={() => remove(x.id)} aria-label={t('pilot.detach', { name: x.name })}>{t('pilot.remove')}</Button>}
        </li>
      ))}
    </ul>
  )
}

/** Uploads a file for a part of an application, and hands on what was taken. */
export function AttachButton({ application, part, took }: { application: string; part: EvidenceFile['part']; took: (file: EvidenceFile) => void }) {
  const t = useScenarioTexts()
  return <UploadButton to={`/api/scenario/pilot/applications/${application}/files`} query={{ part }} label={t('pilot.attach')} took={took} />
}
