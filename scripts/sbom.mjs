import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crates, packages } from './crates.mjs'
import { program, root } from './run.mjs'

/** A licence as SPDX writes it. Old manifests separate alternatives with a slash. */
const licence = (text) => [{ expression: text.replaceAll('/', ' OR ') }]

/**
 * The software bill of materials in the format CycloneDX 1.6: the crates in the wasm, and the npm packages of an
 * installation. It has neither a time nor a serial number, so the same sources give the same bytes.
 *
 * `npm sbom` is not used: it lists the optional peers (Next, Nuxt …) with everything that they need, and no crate.
 */
export async function sbom() {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const ofRust = (await crates())
    .filter(({ use }) => use === 'shipped')
    .map((it) => ({ ...it, purl: `pkg:cargo/${it.name}@${it.version}` }))
  const ofNode = packages().map((it) => ({
    ...it,
    purl: `pkg:npm/${it.name}@${it.version}`,
    hashes: [
      { alg: 'SHA-512', content: Buffer.from(it.integrity.replace('sha512-', ''), 'base64').toString('hex') },
    ],
  }))
  const component = ({ name, version, license, purl, hashes }) => ({
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...(hashes && { hashes }),
    licenses: licence(license),
    purl,
  })
  const own = { name, version, license, purl: `pkg:npm/${name}@${version}` }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component(own) },
    components: [...ofNode, ...ofRust].map(component),
  }
}

/** Writes `pkg/sbom.cdx.json`, which is part of the published package. */
export async function writeSbom() {
  writeFileSync(path.join(root, 'pkg/sbom.cdx.json'), `${JSON.stringify(await sbom(), null, 2)}\n`)
}

await program(import.meta.url, async () => console.log(JSON.stringify(await sbom(), null, 2)))
