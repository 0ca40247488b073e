import { createContext, useCallback, useEffect, useState } from 'react'

/** Says that work belongs to the form around it, which is not sent before the work is done. */
export const Awaited = createContext<<T>(work: Promise<T>) => Promise<T>>((work) => work)

/**
 * What a form waits for. `queue` is asked before the form is sent: true says that it has to wait, and `send` is called once all
 * that it waits for is done. Where something fails it is not sent: what is missing would be so silently.
 */
export function useAwaited(send: () => void) {
  const [running, setRunning] = useState(0)
  const [queued, setQueued] = useState(false)
  const awaited = useCallback(async <T>(work: Promise<T>) => {
    setRunning((n) => n + 1)
    try {
      return await work
    } catch (error) {
      setQueued(false)
      throw error
    } finally {
      setRunning((n) => n - 1)
    }
  }, [])
  useEffect(() => {
    if (!queued || running > 0) return
    setQueued(false)
    send()
  }, [queued, running, send])
  const queue = () => {
    setQueued(running > 0)
    return running > 0
  }
  return { awaited, queued, queue }
}
