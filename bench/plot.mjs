const WIDTH = 760
const FONT = 'font-family="system-ui, sans-serif" font-size="14" fill="#1f2328"'
const OURS = '#0b6bcb'
const THEIRS = '#8c959f'
const LINES = ['#0b6bcb', '#1a7f37', '#8250df', '#bc4c00', '#cf222e', '#57606a']

const escapeText = (text) => String(text).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
const thousands = (number) => number.toLocaleString('en')

function svg(height, title, description, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">
<title id="title">${escapeText(title)}</title>
<desc id="desc">${escapeText(description)}</desc>
<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>
<text x="16" y="28" ${FONT} font-weight="600">${escapeText(title)}</text>
${content.join('\n')}
</svg>
`
}

/**
 * A bar for each row `[name, value]`, in the order of the rows.
 *
 * @param unit is written after each value
 */
export function bars(title, rows, unit) {
  const most = Math.max(...rows.map(([, value]) => value))
  const content = rows.flatMap(([name, value], at) => {
    const y = 48 + at * 28
    const width = Math.max(2, (value / most) * 380)
    const colour = name.startsWith('tokencell') ? OURS : THEIRS
    return [
      `<text x="226" y="${y + 15}" ${FONT} text-anchor="end">${escapeText(name)}</text>`,
      `<rect x="236" y="${y}" width="${width.toFixed(1)}" height="20" rx="3" fill="${colour}"/>`,
      `<text x="${(236 + width + 8).toFixed(1)}" y="${y + 15}" ${FONT}>${thousands(value)} ${unit}</text>`,
    ]
  })
  const description = rows.map(([name, value]) => `${name}: ${thousands(value)} ${unit}`).join('; ')
  return svg(64 + rows.length * 28, title, description, content)
}

const LEFT = 80
const RIGHT = 500
const TOP = 52
const BOTTOM = 320

/** Lines over points with positive coordinates, both on logarithmic scales. `series`: `[name, [x, y][]]`. */
export function lines(title, series, { xTitle, yTitle }) {
  const all = series.flatMap(([, points]) => points)
  const x = scale(
    all.map(([x]) => x),
    LEFT,
    RIGHT,
  )
  const y = scale(
    all.map(([, y]) => y),
    BOTTOM,
    TOP,
  )
  const ticks = [
    ...powers(x).map((at) => [
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${BOTTOM}" stroke="#d0d7de"/>`,
      `<text x="${x(at)}" y="${BOTTOM + 20}" ${FONT} text-anchor="middle">${thousands(at)}</text>`,
    ]),
    ...powers(y).map((at) => [
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(at)}" y2="${y(at)}" stroke="#d0d7de"/>`,
      `<text x="${LEFT - 8}" y="${y(at) + 5}" ${FONT} text-anchor="end">${thousands(at)}</text>`,
    ]),
  ].flat()
  const drawn = series.flatMap(([name, points], at) => {
    const colour = LINES[at % LINES.length]
    const legend = TOP + 12 + at * 24
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ')}"/>`,
      ...points.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="3" fill="${colour}"/>`),
      `<rect x="${RIGHT + 20}" y="${legend - 9}" width="14" height="4" fill="${colour}"/>`,
      `<text x="${RIGHT + 42}" y="${legend}" ${FONT}>${escapeText(name)}</text>`,
    ]
  })
  const titles = [
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 44}" ${FONT} text-anchor="middle">${escapeText(xTitle)}</text>`,
    `<text x="20" y="${(TOP + BOTTOM) / 2}" ${FONT} text-anchor="middle" transform="rotate(-90 20 ${(TOP + BOTTOM) / 2})">${escapeText(yTitle)}</text>`,
  ]
  const description = series
    .map(([name, points]) => `${name}: ${points.map(([px, py]) => `${px} → ${py}`).join(', ')}`)
    .join('; ')
  return svg(BOTTOM + 60, title, description, [...ticks, ...titles, ...drawn])
}

/** A logarithmic scale from the values to pixels. */
function scale(values, from, to) {
  const [least, most] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))]
  const at = (value) => Math.round(from + ((Math.log10(value) - least) / (most - least || 1)) * (to - from))
  return Object.assign(at, { least, most })
}

/** The powers of ten on a scale. */
function powers({ least, most }) {
  const all = []
  for (let power = Math.ceil(least - 1e-9); power <= most + 1e-9; power++) all.push(10 ** power)
  return all
}
