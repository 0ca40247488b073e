import { useSearchParams } from 'react-router'

/** Which row's drawer is open, kept in the address so that it can be sent to somebody. */
export function useOpen(): [open: string | null, show: (id: string | null) => void] {
  const [params, setParams] = useSearchParams()
  const show = (id: string | null) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      if (id) next.set('open', id)
      else next.delete('open')
      return next
    })
  return [params.get('open'), show]
}
