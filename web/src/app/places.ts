/** The entry of the menu whose path is the longest beginning of the address. */
export function selected(nav: { path: string }[], pathname: string): string {
  let best = ''
  for (const { path } of nav) {
    const fits = pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
    if (fits && path.length > best.length) best = path
  }
  return best
}

/** Only addresses of this site are gone to after signing in. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/'
}
