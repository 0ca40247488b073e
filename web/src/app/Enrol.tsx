import { Alert } from 'antd'
import { useState } from 'react'
import type { Session } from '../kernel'
import { useEnter } from '../kernel/session'
import { Gate } from './Gate'
import { LeaveButton } from './Proof'
import { NewFactor, RecoveryCodes } from './system/Factors'
import { useEntranceTexts } from './texts'

/** Lets a person add the second factor that their role needs; nothing else is possible before. */
export function EnrolPage({ session }: { session: Session }) {
  const t = useEntranceTexts()
  const enter = useEnter()
  const [added, setAdded] = useState<{ session: Session; codes: string[] } | null>(null)
  if (added && added.codes.length > 0) {
    return (
      <Gate title={t('enrol.codes')} wide>
        <RecoveryCodes codes={added.codes} done={() => enter(added.session)} />
      </Gate>
    )
  }
  return (
    <Gate title={t('enrol.title')} note={session.person.name} wide>
      <div className="lh-stack">
        <Alert type="info" showIcon title={t('enrol.why')} />
        <NewFactor added={(next, codes) => (codes.length > 0 ? setAdded({ session: next, codes }) : enter(next))} />
      </div>
      <LeaveButton />
    </Gate>
  )
}
