/** Unpacks the copy of the core inside the package, for build tools that do not include the `.wasm` file. */
export async function unpackInline(): Promise<ArrayBuffer> {
  const { default: base64 } = await import('../wasm/inline.js')
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
}
