import { createApi, InvalidInput, settingsFromEnvironment } from './src/api.js'

const { env } = process

try {
  const port = readPort('PORT', 8787)
  const controlPort = env.CONTROL_PORT ? readPort('CONTROL_PORT') : undefined
  const controlToken = env.CONTROL_TOKEN || undefined
  const host = env.HOST || '127.0.0.1'

  const api = createApi(settingsFromEnvironment(env))
  const { url, close, ...control } = await api.listen({ port, controlPort, controlToken, host })
  console.log(`API      ${url}/api/v1`)
  if (control.controlUrl) console.log(`Control  ${control.controlUrl}\nToken    ${control.controlToken}`)

  process.once('SIGINT', close)
  process.once('SIGTERM', close)
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

function readPort(variable, fallback) {
  const given = env[variable] || fallback
  const port = Number(given)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new InvalidInput(`${variable} must be a port, 0 to 65535, not "${given}"`)
}

function explain(error) {
  if (error.code === 'EADDRINUSE') return `Port ${error.port} is in use; set PORT to another one, or to 0`
  return error instanceof InvalidInput ? error.message : error
}
