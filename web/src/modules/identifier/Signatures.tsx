import { Alert } from 'antd'
import { Particulars, StatusTag, useFormat } from '../../kernel'
import type { Resolution } from './data'
import { useIdentifierTexts } from './texts'

type Signature = Resolution['signatures'][number]

/** What the signatures of an identifier's values were found to be: by whom, up to which root, or where the chain breaks. */
export function Signatures({ resolution }: { resolution: Resolution }) {
  const t = useIdentifierTexts()
  if (!resolution.rooted) return <p className="lh-muted">{t('signature.noRoot')}</p>
  if (resolution.signatures.length === 0) return <p className="lh-muted">{t('signature.none')}</p>
  return <div className="lh-stack">{resolution.signatures.map((s) => <One key={s.index} signature={s} />)}</div>
}

function One({ signature: s }: { signature: Signature }) {
  const t = useIdentifierTexts()
  const f = useFormat()
  const holds = s.reason === 'holds'
  const list = (values: number[]) => <span className="lh-number">{values.join(t('signature.comma'))}</span>
  const items = [
    { key: 'state', label: t('signature.state'), children: <StatusTag tone={holds ? 'good' : 'bad'}>{t(`signature.reason.${s.reason}`)}</StatusTag> },
    ...(s.chain.length > 0 ? [{ key: 'chain', label: t('signature.chain'), children: <Chain chain={s.chain} holds={holds || s.reason === 'digest'} /> }] : []),
    ...(s.signed.length > 0 ? [{ key: 'signed', label: t('signature.signed'), children: list(s.signed) }] : []),
    ...(s.unsigned.length > 0 ? [{ key: 'unsigned', label: t('signature.unsigned'), children: list(s.unsigned) }] : []),
    ...(s.missing.length > 0 ? [{ key: 'missing', label: t('signature.missing'), children: list(s.missing) }] : []),
    ...(s.until ? [{ key: 'until', label: t('signature.until'), children: f.date(s.until) }] : []),
    { key: 'index', label: t('signature.index'), children: list([s.index]) },
  ]
  return (
    <>
      {!holds && <Alert type="error" showIcon title={t(`signature.note.${s.reason}`)} description={<span className="lh-break lh-muted">{t('resolve.original', { text: s.fault })}</span>} />}
      <Particulars items={items} />
    </>
  )
}

/** Who signed, from the values upwards; the last is the root where the chain leads to one. */
function Chain({ chain, holds }: { chain: string[]; holds: boolean }) {
  const t = useIdentifierTexts()
  return (
    <ol className="lh-plain">
      {chain.map((issuer, i) => (
        <li key={issuer}>
          <span className="lh-code lh-break">{issuer}</span>{' '}
          <span className="lh-muted">{t(i === chain.length - 1 && holds ? 'signature.root' : i === 0 ? 'signature.signer' : 'signature.certifier')}</span>
        </li>
      ))}
    </ol>
  )
}
