import { useEffect, useState } from 'react'
import { createPortal, flushSync } from 'react-dom'
import { useFormat, useSession, useText } from '../../kernel'
import { markOf } from './incidentData'
import './watermark.css'

/** How often the words stand on a page; more than fit are cut off. */
const times = Array.from({ length: 40 }, (_, i) => i)

/** On paper only: across each page, who printed what is for those whom it was given, and when. */
export function Watermark({ tlp }: { tlp: string }) {
  const f = useFormat()
  const text = useText()
  const { person, organisation } = useSession()
  const [at, setAt] = useState(() => new Date().toISOString())
  useEffect(() => {
    const now = () => flushSync(() => setAt(new Date().toISOString()))
    window.addEventListener('beforeprint', now)
    return () => window.removeEventListener('beforeprint', now)
  }, [])
  if (tlp !== 'red' && tlp !== 'amber+strict') return null
  const words = [markOf(tlp), person.name, text(organisation.name), f.time(at)].join(' · ')
  return createPortal(<div className="lh-watermark" aria-hidden="true"><div>{times.map((i) => <span key={i}>{words}</span>)}</div></div>, document.body)
}
