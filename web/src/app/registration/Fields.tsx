import { useQuery } from '@tanstack/react-query'
import { Checkbox, Form, Input, Select } from 'antd'
import { api, NameFields, read, useText, type Schema } from '../../kernel'
import { useEntranceTexts } from '../texts'

export type FormView = Schema<'SystemFormView'>
type Body = Schema<'IdentityRegistrationInput'>

/** What the form holds; the consent is a tick until it is sent. */
export type Values = Omit<Body, 'consent'> & { consent: boolean }

/** The kinds of organisations that may apply. */
export const kinds = ['enterprise', 'operator', 'provider', 'node', 'park', 'responder'] as const

/** Districts, and the text that applicants agree to. */
export function useRegistrationForm() {
  return useQuery({ queryKey: ['registration', 'form'], queryFn: () => read(api.GET('/api/system/registration/form')), staleTime: 300_000 })
}

/** Puts the form into what the API takes. */
export function bodyOf(v: Values, form: FormView): Body {
  const name = { zh: v.name.zh?.trim() ?? '', en: v.name.en?.trim() ?? '' }
  return { ...v, name, uscc: v.uscc.trim().toUpperCase(), contact_email: v.contact_email.trim(), password: v.password ?? '', consent: v.consent ? form.consent_version : '' }
}

/** Whether a unified social credit code has the right check character (GB 32100-2015). */
export function validUSCC(code: string): boolean {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  if (code.length !== 18) return false
  let sum = 0
  let weight = 1
  for (const c of code.slice(0, 17)) {
    const value = alphabet.indexOf(c)
    if (value < 0) return false
    sum += value * weight
    weight = (weight * 3) % 31
  }
  return alphabet[(31 - (sum % 31)) % 31] === code[17]
}

/** The fields of a registration. */
export function Fields({ form, again }: { form: FormView; again?: boolean }) {
  const t = useEntranceTexts()
  const text = useText()
  const missing = (label: string) => [{ required: true, whitespace: true, message: t('proof.missing', { label }) }]
  const password = { min: form.password_min, message: t('setUp.passwordForm', { min: form.password_min }) }
  return (
    <>
      <NameFields name="name" label={t('register.name')} required />
      <div className="lh-pair">
        <Form.Item name="kind" label={t('register.kind')} rules={missing(t('register.kind'))}>
          <Select options={kinds.map((k) => ({ value: k, label: t(`register.kinds.${k}`) }))} />
        </Form.Item>
        <Form.Item name="district" label={t('register.district')} rules={missing(t('register.district'))}>
          <Select options={form.districts.map((d) => ({ value: d.code, label: text(d.name) }))} />
        </Form.Item>
        <Form.Item
          name="uscc"
          label={t('register.uscc')}
          rules={[{ validator: async (_, v: string | undefined) => { if (!validUSCC((v ?? '').trim().toUpperCase())) throw new Error(t('register.usccWrong')) } }]}
        >
          <Input maxLength={18} className="lh-code" autoCapitalize="characters" />
        </Form.Item>
        <Form.Item name="contact_name" label={t('register.contact')} rules={missing(t('register.contact'))}>
          <Input maxLength={100} autoComplete="name" />
        </Form.Item>
        <Form.Item name="contact_phone" label={t('register.phone')} rules={missing(t('register.phone'))}>
          <Input maxLength={40} inputMode="tel" autoComplete="tel" />
        </Form.Item>
        <Form.Item name="contact_email" label={t('register.email')} rules={missing(t('register.email'))}>
          <Input maxLength={200} inputMode="email" autoComplete="email" />
        </Form.Item>
        <Form.Item name="login" label={t('signIn.login')} extra={t('setUp.loginForm')} rules={missing(t('signIn.login'))}>
          <Input maxLength={64} autoCapitalize="none" autoComplete="username" />
        </Form.Item>
        <Form.Item name="password" label={t('signIn.password')} extra={again ? t('register.keepPassword') : password.message} rules={again ? [password] : [{ required: true, ...password }]}>
          <Input.Password maxLength={200} autoComplete="new-password" />
        </Form.Item>
        <Form.Item name="language" label={t('register.language')}>
          <Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} />
        </Form.Item>
      </div>
      <p className="lh-muted">{text(form.consent_text)}</p>
      <Form.Item name="consent" valuePropName="checked" rules={[{ validator: async (_, v: boolean) => { if (!v) throw new Error(t('register.consentMissing')) } }]}>
        <Checkbox>{t('register.consent')}</Checkbox>
      </Form.Item>
    </>
  )
}
