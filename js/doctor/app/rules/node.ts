import type { Code } from '../code.js'

/** Modules of scripts of Node and of servers. */
const MODULES =
  /^(?:node:.*|fs|fs\/promises|path|os|http|https|child_process|express|koa|fastify|hono|restify|passport|mongoose|supertest|commander|yargs|discord\.js|@nestjs|@hapi|@octokit|@actions)$/
/** Folders with code that runs on a server or on the machine of a developer. */
const FOLDER =
  /(?:^|\/)(?:server-only|backend|[\w-]*nest(?:js)?(?:-[\w-]+)?|scripts|bin|(?:[\w-]+-)?cli|migrations|\.github)\//
const IMPORT = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*['"]([^'"\n]+)['"]/g

/** A handler of a server: `(req, res) => …`. */
const HANDLER = /\(\s*(?:_?req\s*(?::[^,()]{1,40})?,\s*_?res|request\s*(?::[^,()]{1,40})?,\s*reply)\b/

/** Whether some code does not run in a page. Its requests are not those of the user's session. */
export const isOfNode = (code: Code) =>
  FOLDER.test(code.file) ||
  HANDLER.test(code.bare) ||
  [...code.code.matchAll(IMPORT)].some(
    ([, name = '']) => MODULES.test(name) || MODULES.test(/^@[^/]+/.exec(name)?.[0] ?? ''),
  )
