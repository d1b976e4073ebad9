/** A route of this server, which a page calls during rendering. */
export default defineEventHandler(async (event) => {
  const { snapshot } = await useServerAuth(event).info()
  const sent = event.method === 'POST' ? JSON.stringify(await readBody(event)) : ''
  const name = snapshot.status === 'authenticated' ? snapshot.user.name : 'nobody'
  return { name: `${name} ${event.method}${sent}` }
})
