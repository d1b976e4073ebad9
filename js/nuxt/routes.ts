/**
 * The routes of h3 that cover the paths of a rule. The rule is checked afterwards. For h3, `/a/**` does not include `/a`.
 */
export function routesOf(rule: string): string[] {
  const path = rule.replace(/^[A-Z]+ +/, '')
  const [fixed = '', rest] = path.split(/\/\*(.*)/s)
  if (rest === undefined) return [path]
  const isOpen = /^\*\/?$/.test(rest)
  return isOpen && fixed ? [fixed, `${fixed}/**`] : [`${fixed}/**`]
}
