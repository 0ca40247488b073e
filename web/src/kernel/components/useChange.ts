import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query'
import { App } from 'antd'
import { problemText } from '../language'

interface Change<Input, Output> {
  run: (input: Input) => Promise<Output>
  /** Queries to read again. */
  refresh?: QueryKey[]
  /** What to say when it is done. */
  done?: string
  after?: (output: Output, input: Input) => void
  /** A form shows the problem itself. */
  quiet?: boolean
}

/** Runs a change: reads again what it touched, says that it is done or why not. */
export function useChange<Input = void, Output = unknown>(change: Change<Input, Output>) {
  const queries = useQueryClient()
  const { message, notification } = App.useApp()
  return useMutation<Output, Error, Input>({
    mutationFn: change.run,
    onSuccess: async (output, input) => {
      await Promise.all((change.refresh ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })))
      if (change.done) void message.success(change.done)
      change.after?.(output, input)
    },
    onError: (problem) => {
      if (!change.quiet) notification.error({ title: problemText(problem), duration: 8 })
    },
  })
}
