import { Alert, Button, Flex, Form, Input, type FormInstance } from 'antd'
import { useCallback, useState, type ReactNode } from 'react'
import { faultText, problemText, useKernelTexts } from '../language'
import { Problem, placeFaults, type Fault } from '../problem'
import { Awaited, useAwaited } from './awaited'

interface Props<Values extends object> {
  /** Sends the values; what it throws is shown at the fields. */
  submit: (values: Values) => Promise<unknown>
  initial?: Partial<Values>
  submitLabel?: string
  cancel?: () => void
  children: ReactNode
  form?: FormInstance<Values>
  /** More buttons beside the one that submits. */
  extra?: ReactNode
  wide?: boolean
  /** Sets the fields apart from those of another form on the page. */
  name?: string
}

/** A form that keeps what was typed when the server refuses, and shows each reason at its field. It is sent when the uploads in it are done. */
export function EntityForm<Values extends object>({ submit, initial, submitLabel, cancel, children, form: given, extra, wide, name }: Props<Values>) {
  const t = useKernelTexts()
  const [own] = Form.useForm<Values>()
  const form = given ?? own
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<{ cause: unknown; rest: Fault[] } | null>(null)

  const again = useCallback(() => form.submit(), [form])
  const { awaited, queued, queue } = useAwaited(again)
  const finish = async (values: Values) => {
    if (queue()) return
    setBusy(true)
    setProblem(null)
    try {
      await submit(values)
    } catch (error) {
      setProblem({ cause: error, rest: showFaults(form as unknown as FormInstance, error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form<Values>
      form={form}
      {...(name ? { name } : {})}
      layout="vertical"
      initialValues={initial as never}
      onFinish={(values) => void finish(values)}
      requiredMark={false}
      scrollToFirstError={{ focus: true, block: 'center' }}
      className={wide ? 'lh-form lh-form-wide' : 'lh-form'}
      validateTrigger="onSubmit"
    >
      {problem && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={problem.cause instanceof Problem && problem.cause.status === 412 ? t('form.stale') : problemText(problem.cause)}
          description={<Rest faults={problem.rest} problem={problem.cause} />}
          className="lh-form-problem"
        />
      )}
      <Awaited value={awaited}>{children}</Awaited>
      <Flex gap={8} wrap>
        <Button type="primary" htmlType="submit" loading={busy || queued}>
          {submitLabel ?? t('action.save')}
        </Button>
        {cancel && <Button onClick={cancel}>{t('action.cancel')}</Button>}
        <Awaited value={awaited}>{extra}</Awaited>
      </Flex>
    </Form>
  )
}

function Rest({ faults, problem }: { faults: Fault[]; problem: unknown }) {
  const t = useKernelTexts()
  const request = problem instanceof Problem && problem.status >= 500 ? problem.requestID : ''
  if (faults.length === 0) return request ? <>{t('form.request', { id: request })}</> : null
  return (
    <ul className="lh-faults">
      {faults.map((f) => (
        <li key={f.location + f.message}>
          {f.location && <code>{f.location.replace(/^body\.?/, '')}</code>} {faultText(f)}
        </li>
      ))}
    </ul>
  )
}

/** Puts the faults of a refusal to their fields and returns those that have none. */
function showFaults(form: FormInstance, error: unknown): Fault[] {
  if (!(error instanceof Problem)) return []
  const fields = form.getFieldsError().map((f) => f.name as (string | number)[])
  const { placed, rest } = placeFaults(error.faults, fields)
  form.setFields([...placed].map(([at, faults]) => ({ name: fields[at]!, errors: faults.map(faultText) })))
  const first = [...placed.keys()][0]
  if (first !== undefined) form.scrollToField(fields[first]!, { block: 'center', focus: true })
  return rest
}

interface NameProps {
  /** Field that holds the text in both languages. */
  name: string
  label: string
  /** At least one language is asked for. */
  required?: boolean
}

/** Two inputs for one name: Chinese, and English. One of them is enough: it stands for both. */
export function NameFields({ name, label, required }: NameProps) {
  const t = useKernelTexts()
  const oneOfTwo = ({ getFieldValue }: Pick<FormInstance, 'getFieldValue'>) => ({
    validator: async () => {
      if (!getFieldValue([name, 'zh'])?.trim() && !getFieldValue([name, 'en'])?.trim()) throw new Error(t('form.missing', { label }))
    },
  })
  return (
    <div className="lh-pair">
      <Form.Item name={[name, 'zh']} label={t('form.zh', { label })} rules={required ? [oneOfTwo] : []}>
        <Input maxLength={200} lang="zh-CN" />
      </Form.Item>
      <Form.Item name={[name, 'en']} label={t('form.en', { label })}>
        <Input maxLength={200} lang="en" placeholder={t('form.optional')} />
      </Form.Item>
    </div>
  )
}
