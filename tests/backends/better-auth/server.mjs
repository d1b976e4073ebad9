/** better-auth behind Express: a session in a cookie, without a token. */
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import cors from 'cors'
import express from 'express'

const { PAGE, PORT, LIFETIME } = process.env
const tables = { user: [], session: [], account: [], verification: [] }

const auth = betterAuth({
  baseURL: `http://localhost:${PORT}`,
  secret: 'a secret of these tests, long enough',
  database: memoryAdapter(tables),
  emailAndPassword: { enabled: true },
  session: { expiresIn: Number(LIFETIME) },
  trustedOrigins: [PAGE],
})

const app = express()
app.use(cors({ origin: PAGE, credentials: true }))
app.all('/api/auth/*splat', toNodeHandler(auth))
app.use(express.json())

app.get('/api/me', async (request, response) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
  if (!session) return response.sendStatus(401)
  response.json({ email: session.user.email })
})

app.post('/test/people', async (request, response) => {
  await auth.api.signUpEmail({ body: { name: 'Somebody', ...request.body } })
  response.sendStatus(201)
})

app.post('/test/revoke', (request, response) => {
  const user = tables.user.find(({ email }) => email === request.body.email)
  tables.session = tables.session.filter(({ userId }) => userId !== user.id)
  response.sendStatus(204)
})

app.listen(Number(PORT), 'localhost')
