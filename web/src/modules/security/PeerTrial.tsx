import { Alert, Button, Form, Select } from 'antd'
import { useState } from 'react'
import { Problem, problemText } from '../../kernel'
import { useIntelTexts } from './intelTexts'

interface Answer { collections: { id: string; title: string }[]; fault: string; fault_text: string }

/** Asks the API root of a server of TAXII which collections it has that are of use. */
export function PeerTrial({ ask, choose, none, tried }: { ask: () => Promise<Answer>; choose: (id: string) => void; none: string; tried: string }) {
  const t = useIntelTexts()
  const [busy, setBusy] = useState(false)
  const [answer, setAnswer] = useState<Answer>()
  const [problem, setProblem] = useState('')
  const run = async () => {
    setBusy(true)
    setProblem('')
    setAnswer(undefined)
    try {
      setAnswer(await ask())
    } catch (error) {
      setProblem(problemText(error instanceof Problem ? error : new Problem({ status: 0, key: 'kernel.unexpected' })))
    } finally {
      setBusy(false)
    }
  }
  const list = answer?.collections ?? []
  return (
    <Form.Item>
      <div className="lh-stack" aria-live="polite">
        <div><Button onClick={() => void run()} loading={busy}>{t('feed.try')}</Button></div>
        {problem && <Alert type="error" showIcon title={problem} />}
        {answer?.fault && <Alert type="error" showIcon title={t(`feed.faults.${answer.fault as 'name'}`)} description={answer.fault_text} />}
        {answer && !answer.fault && list.length === 0 && <Alert type="warning" showIcon title={none} />}
        {list.length > 0 && <Select aria-label={tried} placeholder={tried} onChange={choose} options={list.map((c) => ({ value: c.id, label: `${c.title} (${c.id})` }))} />}
      </div>
    </Form.Item>
  )
}
