import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Checkbox, Flex, Form, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { api, Failure, LinkButton, Loading, PageHeader, PlainTable, problemText, read, StatusTag, useChange, useText, type Schema } from '../../kernel'
import { preferencesKey, tones, type Gravity, type Preferences as Body } from './data'
import { useNoticeTexts } from './texts'

type Choice = Body['kinds'][number]
type View = Schema<'NotifyPreferencesView'>

/** How one wants to be told. */
export default function Preferences() {
  const t = useNoticeTexts()
  const view = useQuery({ queryKey: preferencesKey, queryFn: () => read(api.GET('/api/notify/preferences')) })
  return (
    <div className="lh-stack">
      <PageHeader title={t('preferences.title')} note={t('preferences.note')} actions={<LinkButton to="/notices">{t('preferences.back')}</LinkButton>} />
      {view.error && <Failure problem={view.error} retry={() => void view.refetch()} />}
      {view.data ? <Chosen view={view.data} /> : view.isPending && <Loading />}
    </div>
  )
}

function Chosen({ view }: { view: View }) {
  const t = useNoticeTexts()
  const [body, setBody] = useState<Body>(() => bodyOf(view))
  useEffect(() => setBody(bodyOf(view)), [view])
  const save = useChange({ run: () => read(api.PUT('/api/notify/preferences', { body })), refresh: [preferencesKey], done: t('preferences.saved'), quiet: true })
  const set = (change: Partial<Body>) => setBody({ ...body, ...change })
  return (
    <>
      {!view.email && <Alert type="info" showIcon title={t('preferences.noAddress')} action={<LinkButton size="small" to="/profile">{t('preferences.profile')}</LinkButton>} />}
      {!view.can_mail && <Alert type="info" showIcon title={t('preferences.noMail')} />}
      <Card size="small" title={t('preferences.mail')}>
        <Form layout="vertical" className="lh-form lh-form-wide">
          <div className="lh-pair">
            <Form.Item label={t('preferences.language')} htmlFor="wish-language">
              <Select id="wish-language" value={body.language} onChange={(language) => set({ language })} options={[{ value: '', label: t('preferences.asProfile') }, { value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
            </Form.Item>
            <Form.Item label={t('preferences.digestHour')} htmlFor="wish-hour">
              <Select id="wish-hour" value={body.digest_hour} onChange={(hour) => set({ digest_hour: hour })} options={hours(view, t)} />
            </Form.Item>
            <Form.Item label={t('preferences.quietFrom')} htmlFor="wish-from" extra={t('preferences.quietNote', { zone: view.time_zone })}>
              <Input id="wish-from" type="time" value={body.quiet_from} onChange={(e) => set({ quiet_from: e.target.value })} />
            </Form.Item>
            <Form.Item label={t('preferences.quietTo')} htmlFor="wish-to">
              <Input id="wish-to" type="time" value={body.quiet_to} onChange={(e) => set({ quiet_to: e.target.value })} />
            </Form.Item>
          </div>
        </Form>
      </Card>
      <Kinds kinds={body.kinds} change={(kinds) => set({ kinds })} />
      {save.error && <Alert type="error" showIcon role="alert" title={problemText(save.error)} />}
      <Flex>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>{t('preferences.save')}</Button>
      </Flex>
    </>
  )
}

function bodyOf(view: View): Body {
  const kinds = view.kinds.map(({ kind, inbox, mail, title, gravity, mandatory }) => ({ kind, inbox, mail, title, gravity, mandatory })) as Choice[]
  return { language: view.language, quiet_from: view.quiet_from, quiet_to: view.quiet_to, digest_hour: view.digest_hour, kinds }
}

function hours(view: View, t: ReturnType<typeof useNoticeTexts>) {
  const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`
  const usual = { value: -1, label: t('preferences.usualHour', { hour: clock(view.usual_hour) }) }
  return [usual, ...Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: clock(hour) }))]
}

function Kinds({ kinds, change }: { kinds: Choice[]; change: (kinds: Choice[]) => void }) {
  const t = useNoticeTexts()
  const text = useText()
  const set = (kind: string, part: Partial<Choice>) => change(kinds.map((k) => (k.kind === kind ? { ...k, ...part } : k)))
  const ways = (['at_once', 'daily', 'off'] as const).map((way) => ({ value: way, label: t(`way.${way}`) }))
  return (
    <Card size="small" title={t('preferences.kinds')}>
      <PlainTable<Choice>
        label={t('preferences.kinds')}
        rowKey={(k) => k.kind}
        dataSource={kinds}
        columns={[
          {
            title: t('preferences.kind'),
            render: (_, k) => (
              <span className="lh-two">
                <span>{text(k.title)}</span>
                <span>{k.mandatory ? t('preferences.mandatory') : <StatusTag tone={tones[k.gravity as Gravity]}>{t(`gravity.${k.gravity as Gravity}`)}</StatusTag>}</span>
              </span>
            ),
          },
          { title: t('preferences.inbox'), render: (_, k) => <Checkbox aria-label={`${text(k.title)}: ${t('preferences.inbox')}`} checked={k.inbox} disabled={k.mandatory ?? false} onChange={(e) => set(k.kind, { inbox: e.target.checked })} /> },
          { title: t('preferences.mailColumn'), render: (_, k) => <Select aria-label={`${text(k.title)}: ${t('preferences.mailColumn')}`} value={k.mail} disabled={k.mandatory ?? false} options={ways} onChange={(mail) => set(k.kind, { mail })} popupMatchSelectWidth={false} /> },
        ]}
      />
    </Card>
  )
}
