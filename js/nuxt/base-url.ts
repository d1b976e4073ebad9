/** `app.baseURL` without a slash at the end. */
const trimmed = (baseURL: string) => baseURL.replace(/\/+$/, '')

/** The path of this application as browsers see it. A path that already has the base stays unchanged. */
export function withBase(baseURL: string, path: string): string {
  const base = trimmed(baseURL)
  return `${path}/`.startsWith(`${base}/`) ? path : base + path
}

/** The URL as if the application had no `app.baseURL`. */
export function withoutBase(baseURL: string, url: string): string {
  const base = trimmed(baseURL)
  const parsed = new URL(url)
  if (base && `${parsed.pathname}/`.startsWith(`${base}/`))
    parsed.pathname = parsed.pathname.slice(base.length)
  return parsed.href
}
