import type { MouseEvent } from 'react'
import { Button, type ButtonProps } from 'antd'
import { useHref, useLinkClickHandler } from 'react-router'

/** A button that goes to another page: a link to the browser, so that it opens in a new tab too. */
export function LinkButton({ to, ...rest }: Omit<ButtonProps, 'href' | 'onClick'> & { to: string }) {
  const follow = useLinkClickHandler<HTMLElement>(to)
  return <Button {...rest} href={useHref(to)} onClick={(event) => follow(event as MouseEvent<HTMLElement>)} />
}
