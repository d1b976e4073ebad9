import { READINGS, type Theme } from '../kit.js'
import { abortedDownloads, abortedRequests, abortSignals } from './aborts.js'
import { bodies, bodyMutations, foreignBodies, forms, oddBodies } from './bodies.js'
import { caches, credentials, integrity, keepalive, modes } from './modes.js'
import { redirectKinds, redirectTargets } from './redirects.js'
import { referrers, referrersByDefault } from './referrers.js'
import { requestHeaders } from './request-headers.js'
import { foreignRequests, methods, oddCalls, requests } from './requests.js'
import {
  brokenDownloads,
  downloads,
  headersOfResponses,
  heads,
  readings,
  statuses,
  unauthorized,
} from './responses.js'
import { locks, streams, usesOfResponses } from './streams.js'
import { urls } from './urls.js'

/** The target of the cases: the origin of the page, another origin, both, or one of the two in turn. */
type Origins = 'same' | 'cross' | 'both' | 'in turn'

const theme = (origins: Origins, ...themes: Theme[]) => ({ origins, themes })

export const THEMES = {
  statuses: theme('in turn', statuses, heads),
  'status 401': theme('in turn', unauthorized),
  readings: theme('in turn', readings, downloads, headersOfResponses),
  'broken downloads': theme('in turn', brokenDownloads),
  aborts: theme('in turn', abortedRequests, abortedDownloads, abortSignals),
  redirects: theme('in turn', redirectKinds, redirectTargets),
  'cache, credentials, mode, integrity, keepalive': theme(
    'both',
    caches,
    credentials,
    integrity,
    keepalive,
    modes,
  ),
  bodies: theme('in turn', bodies, forms, oddBodies, foreignBodies, bodyMutations),
  requests: theme('in turn', requests, methods, oddCalls, foreignRequests),
  'request headers': theme('in turn', requestHeaders),
  referrers: theme('both', referrers),
  'a page with no-referrer': theme('both', referrers),
  'a page with no-referrer, whose vault has no policy': theme('both', referrersByDefault),
  urls: theme('same', urls),
  streams: theme('in turn', locks, streams, usesOfResponses),
}
export type ThemeName = keyof typeof THEMES

export interface Case {
  title: string
  id: string
  isCross: boolean
  /** The title, with a suffix if the case is cross-origin. */
  label: string
}

export function casesOf(name: ThemeName): Case[] {
  const { themes, origins } = THEMES[name]
  const titles = themes.flatMap((theme) => Object.keys(theme(READINGS)))
  const prefix = name === 'a page with no-referrer' ? `${name}: ` : ''
  return titles.flatMap((title, at) => {
    const one = (isCross: boolean): Case => ({
      title,
      id: `${at}${isCross ? 'x' : 's'}`,
      isCross,
      label: `${prefix}${title}${isCross ? ' (cross-origin)' : ''}`,
    })
    if (origins === 'both') return [one(false), one(true)]
    return [one(origins === 'cross' || (origins === 'in turn' && at % 2 === 1))]
  })
}
