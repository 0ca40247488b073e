import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import { api, CopyBlock, ifMatch, Problem, problemText, read, useChange, useMay } from '../../kernel'
import { rulesKey, sharedKey, type RuleDetail } from './data'
import { useShareTexts } from './texts'

/** A rule's policy: shown to all, written by the security administrator. */
export function Policy({ rule: r }: { rule: RuleDetail }) {
  const t = useShareTexts()
  const may = useMay()
  const [text, setText] = useState<string | null>(null)
  const [fine, setFine] = useState(false)
  const [wrong, setWrong] = useState<unknown>(null)
  const save = useChange({
    run: (cedar: string) => read(api.PUT('/api/share/rules/{id}/policy', { params: { path: { id: r.id }, header: ifMatch(r.version) }, body: { cedar } })),
    refresh: [rulesKey, sharedKey], done: t('rules.policySaved'), after: () => setText(null), quiet: true,
  })
  const attempt = async (act: () => Promise<unknown>) => {
    setFine(false)
    setWrong(null)
    try {
      await act()
      return true
    } catch (problem) {
      setWrong(problem)
      return false
    }
  }
  const check = async () => setFine(await attempt(() => read(api.POST('/api/share/check', { body: { noun: r.noun, cedar: text ?? '' } }))))
  if (text === null) {
    return (
      <div className="lh-stack">
        <CopyBlock text={r.cedar} label={t('field.policy')} />
        <span className="lh-muted">{t('rules.policyNote')}</span>
        {may('share.city') && r.state !== 'ended' && (
          <span className="lh-actions">
            <Button onClick={() => setText(r.cedar)}>{t('rules.policyEdit')}</Button>
            {r.custom && <Button onClick={() => void attempt(() => save.mutateAsync(''))}>{t('rules.policyForm')}</Button>}
          </span>
        )}
        {wrong !== null && <Wrong problem={wrong} />}
      </div>
    )
  }
  return (
    <div className="lh-stack">
      <Input.TextArea aria-label={t('field.policy')} className="lh-code" rows={14} maxLength={8000} spellCheck={false} value={text} onChange={(e) => setText(e.target.value)} />
      {fine && <Alert type="success" showIcon title={t('rules.policyFine')} />}
      {wrong !== null && <Wrong problem={wrong} />}
      <span className="lh-actions">
        <Button type="primary" onClick={() => void attempt(() => save.mutateAsync(text))}>{t('rules.policySave')}</Button>
        <Button onClick={() => void check()}>{t('rules.policyCheck')}</Button>
        <Button onClick={() => { setText(null); setWrong(null) }}>{t('close')}</Button>
      </span>
    </div>
  )
}

function Wrong({ problem }: { problem: unknown }) {
  const details = problem instanceof Problem ? problem.faults.map((e) => e.message) : []
  return <Alert type="error" showIcon title={problemText(problem)} description={details.length > 0 && <span className="lh-code">{details.join('\n')}</span>} />
}
