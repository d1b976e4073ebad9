/** Server routes get the type of the user from the same declaration. */
export default defineEventHandler(async (event) => {
  const { snapshot } = await useServerAuth(event).require({ roles: ['user'] })
  // @ts-expect-error a role that the declaration does not have
  await useServerAuth(event).require({ roles: ['editor'] })
  return snapshot.user?.email
})
