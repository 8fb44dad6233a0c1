/*
 * Daemons for the tests of @libp2p/interop, each with a client: nodes of this repository, started as processes by the
 * command in NODE_COMMAND (a JSON list), and js-libp2p in this process.
 */
if (Promise.withResolvers === undefined) {
  // the libraries want Node 22; this is all that Node 20 lacks
  Promise.withResolvers = () => {
    let resolve, reject
    const promise = new Promise((res, rej) => { resolve = res; reject = rej })
    return { promise, resolve, reject }
  }
}

const { spawn } = await import('node:child_process')
const { once } = await import('node:events')
const { mkdtemp, readFile, rm, writeFile } = await import('node:fs/promises')
const { tmpdir } = await import('node:os')
const { join } = await import('node:path')
const { createInterface } = await import('node:readline')
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
  const [command, ...first] = JSON.parse(process.env.NODE_COMMAND)
  const child = spawn(command, [
    ...first, 'node', '--json', '--until-eof', '--data', folder, '--discovery', 'manual', '--listen', LOOPBACK,
    '--store', 'memory', '--api', 'off', '--stop-timeout', '0', '--security', options.encryption ?? 'tls,noise',
    '--p2pd', control === 'unix' ? `/unix${folder}/p2pd.sock` : LOOPBACK
  ], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    ended.then(([code]) => { throw new Error(`the node ended with code ${code}`) })
  ])
  return {
    client: createClient(parse(JSON.parse(line).p2pd[0])),
    async stop () {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      const [code] = await ended
      clearTimeout(timer)
      await rm(folder, { recursive: true, force: true })
      if (code !== 0) throw new Error(`the node ended with code ${code}`)
    }
  }
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
