import { useSearchParams } from 'react-router'
import { CopyBlock, LinkButton } from '../../kernel'
import { Gate } from '../Gate'
import { useProgramTexts } from './texts'

/** What a person sees when a program sent them with what it is not registered with. */
export function Refused() {
  const t = useProgramTexts()
  const [params] = useSearchParams()
  const request = params.get('request') ?? ''
  return (
    <Gate title={t('refused.title')} note={t('refused.note')}>
      <div className="lh-stack">
        {/^[0-9A-Z]{26}$/.test(request) && (
          <>
            <div>{t('refused.tell')}</div>
            <CopyBlock text={request} label={t('refused.request')} oneLine />
          </>
        )}
        <div><LinkButton to="/">{t('refused.home')}</LinkButton></div>
      </div>
    </Gate>
  )
}
