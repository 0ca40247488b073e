import { useQuery } from '@tanstack/react-query'
import { api, read, type Schema, type Tone } from '../../kernel'

export type Situation = Schema<'AwarenessSituation'>
export type StandingRow = Schema<'AwarenessRiskRow'>
export type Standing = Schema<'AwarenessRiskDetail'>

/** The beginning of all cache keys of the situation. */
export const situationKey = ['security', 'situation']

/** Below this confidence an enterprise is hardly seen. */
export const blind = 20

/** How the city stands. */
export function useSituation(every?: number) {
  return useQuery({ queryKey: situationKey, queryFn: () => read(api.GET('/api/security/situation')), ...(every ? { refetchInterval: every } : {}) })
}

/** Districts of which nothing is known or shown: they are hatched, too. */
export function useOthers(city: Situation) {
  const { data } = useQuery({ queryKey: ['security', 'words'], queryFn: () => read(api.GET('/api/security/notice-words')), staleTime: Infinity })
  return (data?.districts ?? []).filter((d) => !city.districts.some((known) => known.district === d.code))
}

/** How one enterprise stands now. */
export function useStanding(id: string) {
  return useQuery({ queryKey: [...situationKey, id], queryFn: () => read(api.GET('/api/security/situation/enterprises/{id}', { params: { path: { id } } })) })
}

/** How a risk looks; one that is hardly seen is never green. */
export function riskTone(risk: number, confidence: number): Tone {
  if (risk >= 60) return 'bad'
  if (risk >= 30) return 'warn'
  return confidence < blind ? 'idle' : 'good'
}
