/** The part of cors that s3-express.ts uses: the package has no types of its own. */
declare module 'cors' {
  import type { RequestHandler } from 'express'
  export default function cors(options: { origin: string[]; credentials?: boolean }): RequestHandler
}
