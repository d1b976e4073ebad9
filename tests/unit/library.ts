/** A library that these tests can do without; `undefined` if it is not installed. Its tests are skipped then. */
export async function library<Exports>(name: string): Promise<Exports | undefined> {
  try {
    return (await import(/* @vite-ignore */ name)) as Exports
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.warn(`${name} is not installed: its tests are skipped`)
    return undefined
  }
}
