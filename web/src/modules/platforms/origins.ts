import { useQuery } from '@tanstack/react-query'
import { api, read } from '../../kernel'
import { platformKey } from './data'
import { writeFigure, type FigureOf } from './figures'

/** Where a figure is from. */
export function useOrigin(of: FigureOf | null) {
  return useQuery({
    queryKey: [...platformKey(of?.platform ?? ''), 'origin', of && writeFigure(of)],
    queryFn: () => read(api.GET('/api/platforms/{id}/origin', { params: { path: { id: of!.platform }, query: { code: of!.code, ...of!.dims, ...(of!.at ? { at: of!.at } : {}), ...(of!.month ? { month: of!.month } : {}) } } })),
    enabled: of !== null,
  })
}
