import { encodeCredentials } from '../common/endpoint.js'
import { explain, isAuthError } from '../common/errors.js'
import { noSuchExchange } from '../common/exchange-errors.js'
import type { VaultOptions } from '../common/vault-options.js'
import type { Command, Commands } from '../protocol/commands.js'
import { isJson, unpackCredentials } from '../protocol/packing.js'
import { type VaultErrorCode, vaultError } from './errors.js'
import type { launch } from './launch.js'
import type { createNetwork } from './network.js'

interface Dependencies {
  launched(): ReturnType<typeof launch>
  network: ReturnType<typeof createNetwork>
  exchanges: VaultOptions['exchanges']
  /** Resolves when the request for the user that is in flight has ended. */
  whenUserLoaded(): Promise<unknown>
  ticket(path: string): Promise<string>
}

/** The commands of pages. Their arguments come from another realm, so they are checked here. */
export function createCommands({ launched, network, exchanges = {}, whenUserLoaded, ticket }: Dependencies) {
  /** The last refresh with a body. The core holds only one body at a time. */
  let lastRefresh: Promise<unknown> = Promise.resolve()

  async function signIn({ credentials, by }: Commands['signIn']): Promise<unknown> {
    const { core, config, idle } = await launched()
    const names = Object.keys(exchanges)
    const index = by === undefined ? 0 : names.indexOf(by) + 1
    const endpoint = [config.signIn, ...config.exchanges][index]
    if ((by !== undefined && index === 0) || !endpoint)
      throw explain('option-invalid', noSuchExchange(names), {
        option: 'by',
      })
    idle?.restart()
    const [body, contentType] = isJson(credentials)
      ? encodeCredentials(credentials.json, endpoint)
      : unpackCredentials(credentials)
    return core.signIn(index, body, contentType).catch(async (error: unknown) => {
      // The core calls every exchange `signIn`.
      if (by !== undefined && isAuthError(error) && error.option === 'signIn')
        throw vaultError(error.code as VaultErrorCode, { ...error, option: `exchanges.${by}` })
      const isUnanswered = isAuthError(error) && error.code === 'unreachable' && error.status === undefined
      const url = isUnanswered && new URL(endpoint.path, config.origins[0]).href
      throw (url && (await network.reasonOf(url, true))) || error
    })
  }

  async function refresh(body: Commands['refresh']) {
    const { core, config } = await launched()
    if (!config.refresh) throw vaultError('endpoint-missing', { option: 'refresh' })
    if (typeof body !== 'object') return core.refresh(undefined)
    const refreshed = lastRefresh.then(() => core.refresh({ ...body }))
    lastRefresh = refreshed.catch(() => {})
    return refreshed
  }

  const commands: { [Name in Command]: (argument: Commands[Name]) => Promise<unknown> } = {
    ready: async () => (await launched()).core.ready(),
    refresh,
    async reloadUser() {
      const { core } = await launched()
      core.reloadUser()
      await whenUserLoaded()
    },
    async restore() {
      const { core, idle } = await launched()
      idle?.restart()
      return core.restore()
    },
    signIn,
    signOut: async () => (await launched()).core.signOut(false),
    stay: async () => (await launched()).idle?.restart(),
    ticket,
  }

  return <Name extends Command>(name: Name, argument: Commands[Name]): Promise<unknown> => {
    if (!Object.hasOwn(commands, name)) return Promise.reject(new TypeError(`There is no command ${name}.`))
    return commands[name](argument)
  }
}
