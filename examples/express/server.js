import express from 'express'
import { createAuth, openDatabase, readConfig } from './auth/index.js'

const config = readConfig(process.env)
const db = openDatabase(process.env.DATABASE_URL)
const auth = createAuth(db, config)

const app = express()
app.set('trust proxy', config.trustProxy)
app.use(auth.headers)
app.use('/api/v1', auth.router)
app.get('/api/v1/notes', auth.requireSession, (req, res) => {
  res.json({ notes: [`Written by ${req.auth.user.email}`] })
})
app.use(auth.answerRefusal)

const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', (error) => {
  if (error) throw error
  console.log(`Listening on port ${server.address().port}`)
})
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.close(() => db.destroy())
    server.closeIdleConnections()
  })
