const KINDS = { '1 KB': 'small', '1 MB': 'large', '100 × 1 KB': 'parallel' }
const PEERS = { axios: 'axios + axios-auth-refresh', alova: 'alova', supertokens: 'supertokens-website' }

const ratios = (way = {}) =>
  Object.fromEntries(Object.entries(way).map(([answer, { ratio }]) => [KINDS[answer], ratio]))

/**
 * The figures of tokencell under short keys, and under `peers` those of the other packages. `measured` has everything that
 * was measured.
 */
export function summarise(measured) {
  const { bytes, storm = {}, start = {}, overhead = {}, memory = {}, bff = {} } = measured
  const places = (pick) =>
    Object.fromEntries(['page', 'shared', 'worker'].map((place) => [place, pick(place)]))
  const names = new Set([...Object.keys(bytes?.peers ?? {}), ...Object.values(PEERS), ...Object.keys(bff)])
  names.delete('tokencell/server')
  const wayOf = (name) => Object.keys(PEERS).find((way) => PEERS[way] === name)
  const { peers: _, ...ours } = bytes ?? {}
  const shared = storm['tokencell, shared'] ?? {}
  return {
    bytes: ours,
    overhead: places((place) => ratios(overhead[place])),
    forwarder: { worker: ratios(overhead['any worker']), shared: ratios(overhead['any shared']) },
    storm: {
      refreshes: Math.max(0, ...Object.values(shared).map(({ refreshes }) => refreshes)),
      failures: Math.max(0, ...Object.values(shared).map(({ failures }) => failures)),
    },
    start: start['tokencell, shared'],
    memory: places((place) => memory[`tokencell, ${place}`]),
    bff: bff['tokencell/server'],
    peers: Object.fromEntries(
      [...names].map((name) => [
        name,
        {
          bytes: bytes?.peers[name],
          overhead: wayOf(name) && ratios(overhead[wayOf(name)]),
          storm: storm[name],
          start: start[name],
          memory: memory[name],
          bff: bff[name],
        },
      ]),
    ),
  }
}
