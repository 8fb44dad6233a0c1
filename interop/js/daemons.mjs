/*
 * Daemons for the tests of @libp2p/interop, each with a client: nodes of this repository in processes of their
 * own, and js-libp2p in this process.
 */
if (Promise.withResolvers === undefined) {
  // the libraries want Node 22; this is all that Node 20 lacks
  Promise.withResolvers = () => {
    let resolve, reject
    const promise = new Promise((res, rej) => { resolve = res; reject = rej })
    return { promise, resolve, reject }
  }
}

const { mkdtemp, readFile, writeFile } = await import('node:fs/promises')
const { tmpdir } = await import('node:os')
const { join } = await import('node:path')
const { createLibp2p } = await import('libp2p')
const { tcp } = await import('@libp2p/tcp')
const { noise } = await import('@chainsafe/libp2p-noise')
const { tls } = await import('@libp2p/tls')
const { yamux } = await import('@chainsafe/libp2p-yamux')
const { identify } = await import('@libp2p/identify')
const { privateKeyFromProtobuf } = await import('@libp2p/crypto/keys')
const { createServer } = await import('@libp2p/daemon-server')
const { createClient } = await import('@libp2p/daemon-client')
const { UnsupportedError } = await import('@libp2p/interop')
const { multiaddr } = await import('@multiformats/multiaddr')
const { startNode } = await import('./node-process.mjs')

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

function refuseWhatNeitherHas ({ transport, encryption, muxer, dht, pubsub, relay }) {
  const wrong = [
    transport !== undefined && transport !== 'tcp' && transport,
    encryption === 'plaintext' && encryption,
    muxer === 'mplex' && muxer,
    dht && 'DHT',
    pubsub && 'pubsub',
    relay && 'relay'
  ].filter(Boolean)
  if (wrong.length > 0) throw new UnsupportedError(`not supported: ${wrong.join(', ')}`)
}

/** js writes the path of a Unix socket as one part of the address, others as it is. */
function parse (address) {
  const path = address.startsWith('/unix/') ? address.slice('/unix'.length) : undefined
  return multiaddr(path === undefined ? address : `/unix/${encodeURIComponent(path)}`)
}

/** A node of this repository; `control` says where it is to be driven: 'tcp' or 'unix'. */
export async function spawnOurs (options = {}, control = 'tcp') {
  refuseWhatNeitherHas(options)
  const folder = await mkdtemp(join(tmpdir(), 'p2pd-'))
  if (options.key !== undefined) {
    await writeFile(join(folder, 'identity.key'), (await readFile(options.key)).toString('base64') + '\n', { mode: 0o600 })
  }
  const node = await startNode(folder, [
    '--api', 'off', '--security', options.encryption ?? 'tls,noise',
    '--p2pd', control === 'unix' ? `/unix${folder}/p2pd.sock` : LOOPBACK
  ])
  return { client: createClient(parse(node.listening.p2pd[0])), stop: node.stop }
}

/** js-libp2p with the daemon of its own people before it. */
export async function spawnJs (options = {}) {
  refuseWhatNeitherHas(options)
  const encrypters = { noise: noise(), tls: tls() }
  const node = await createLibp2p({
    ...(options.key === undefined ? {} : { privateKey: privateKeyFromProtobuf(await readFile(options.key)) }),
    addresses: { listen: options.noListen ? [] : [LOOPBACK] },
    transports: [tcp()],
    connectionEncrypters: options.encryption === undefined ? Object.values(encrypters) : [encrypters[options.encryption]],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() }
  })
  const server = createServer(multiaddr(LOOPBACK), node)
  await server.start()
  return { client: createClient(server.getMultiaddr()), stop: () => server.stop() }
}
