import { Form, Radio } from 'antd'
import { api, EntityForm, ifMatch, Particulars, read, useChange, useMay } from '../../kernel'
import { groups, roomKey, type Consent, type EntryDetail } from './data'
import { useEnterpriseTexts } from './texts'

/** The enterprise chooses who may see which fields. */
export function ConsentForm({ entry, consent }: { entry: EntryDetail; consent: Consent }) {
  const t = useEnterpriseTexts()
  const may = useMay()
  const chooses = may('enterprise.file') && (entry.mine || !entry.claimed)
  const save = useChange({
    run: (body: Consent) => read(api.PUT('/api/enterprise/entries/{id}/consent', { params: { path: { id: entry.id }, header: ifMatch(entry.version) }, body })),
    refresh: [roomKey], done: t('entry.saved'), quiet: true,
  })
  const options = (['public', 'partners', 'bureau'] as const).map((v) => ({ value: v, label: t(`consent.${v}`) }))
  return (
    <div className="lh-stack">
      <p className="lh-note">{t('consent.note')}</p>
      {chooses ? (
        <EntityForm<Consent> key={entry.version} name="consent" initial={consent} submit={(v) => save.mutateAsync(v)} submitLabel={t('consent.save')} wide>
          {groups.map((g) => <Form.Item key={g} name={g} label={t(`group.${g}`)} extra={t(`groupNote.${g}`)}><Radio.Group options={options} /></Form.Item>)}
        </EntityForm>
      ) : (
        <>
          <p className="lh-note">{t('consent.notYours')}</p>
          <Particulars items={groups.map((g) => ({ key: g, label: t(`group.${g}`), children: t(`consent.${consent[g]}`) }))} />
        </>
      )}
    </div>
  )
}
