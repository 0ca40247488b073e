import { Button, Modal, type ButtonProps } from 'antd'
import { useState, type ReactNode } from 'react'
import { problemText, useKernelTexts } from '../language'

interface Props {
  title: string
  /** What will happen. */
  note?: ReactNode
  run: () => Promise<unknown>
  label: string
  button?: ButtonProps
  danger?: boolean
  /** Fields that belong to the question. */
  children?: ReactNode
  disabled?: boolean
}

/** A button that asks before it acts, and stays open with the reason when it cannot. */
export function Confirm({ title, note, run, label, button, danger = true, children, disabled }: Props) {
  const t = useKernelTexts()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const act = async () => {
    setBusy(true)
    setProblem(null)
    try {
      await run()
      setOpen(false)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button danger={danger} {...button} onClick={() => setOpen(true)}>
        {button?.children ?? label}
      </Button>
      <Modal
        open={open}
        title={title}
        onCancel={() => setOpen(false)}
        onOk={() => void act()}
        okText={label}
        cancelText={t('action.cancel')}
        okButtonProps={{ danger, disabled: disabled ?? false }}
        confirmLoading={busy}
        destroyOnHidden
        afterClose={() => setProblem(null)}
      >
        {note}
        {children && <div className="lh-confirm">{children}</div>}
        {problem !== null && (
          <p role="alert" className="lh-error">
            {problemText(problem)}
          </p>
        )}
      </Modal>
    </>
  )
}
