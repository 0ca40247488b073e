import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, read, type Tone } from '../../kernel'
import type { LabelAsk, LabelSheet } from './design'

export const labelsKey = ['identifier', 'labels']

/** How the state of a sheet, or of a batch of codes, looks. */
export const workTone: Record<LabelSheet['state'], Tone> = { running: 'info', done: 'good', failed: 'bad', cancelled: 'idle' }

/** The first label of a sheet that is asked for so. */
export function useLabelPreview(ask: LabelAsk, enabled: boolean) {
  return useQuery({
    queryKey: [...labelsKey, 'preview', ask],
    queryFn: ({ signal }) => read(api.POST('/api/identifier/labels/preview', { body: ask, signal })),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  })
}

/** One sheet, read again until it ends. */
export function useLabelSheet(id: string) {
  return useQuery({
    queryKey: [...labelsKey, 'one', id],
    queryFn: () => read(api.GET('/api/identifier/labels/{id}', { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 1000 : false),
  })
}
