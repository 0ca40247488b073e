import { CheckOutlined } from '@ant-design/icons'
import type { Scope } from './data'
import { useProgramTexts } from './texts'

/** What a program asks to know, in words. */
export function Wishes({ scopes }: { scopes: Scope[] }) {
  const t = useProgramTexts()
  return (
    <ul className="lh-plain">
      {scopes.map((s) => (
        <li key={s}><CheckOutlined aria-hidden /> {t(`scope.${s}`)}</li>
      ))}
    </ul>
  )
}
