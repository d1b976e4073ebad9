/**
 * Makes a text from a server safe for a terminal: without control characters, which could forge a report, and not too
 * long.
 */
export function printable(text: string, longest = 80): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?')
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain
}

/** `90` → `90 s`, `5400` → `90 min`. */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [2 * 86_400, 'days'],
    [2 * 3600, 'h'],
    [2 * 60, 'min'],
  ]
  for (const [least, unit] of units)
    if (seconds >= least) return `${Number((seconds / (least / 2)).toFixed(1))} ${unit}`
  return `${Number(seconds.toFixed(1))} s`
}
