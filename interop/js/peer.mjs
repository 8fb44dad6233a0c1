/*
 * A js-libp2p peer that is driven by JSON lines: commands on stdin, answers and events on stdout.
 *
 * usage: node peer.mjs [--listen MULTIADDR]... [--security noise|tls|noise,tls] [--mdns]
 *
 * Events:   {"event":"listening","peerId":…,"addresses":[…]}   first line
 *           {"event":"discovered","peerId":…,"addresses":[…]}  found by mDNS
 *           {"event":"connected"|"disconnected"|"identified","peerId":…}
 * Commands: {"id":1,"cmd":"dial","address":MULTIADDR}          connect, wait for identify
 *           {"id":2,"cmd":"ping","peerId":…}
 *           {"id":3,"cmd":"echo","peerId":…,"bytes":N,"pauseMs":M}   N random bytes through /echo/1.0.0;
 *                                                              reading stops for M ms in the middle
 *           {"id":4,"cmd":"info","peerId":…}                   what identify told us, how we are connected
 *           {"id":5,"cmd":"discovered"}                        peers seen so far
 *           {"id":6,"cmd":"flood","peerId":…,"protocol":…,"bytes":N}   N bytes are offered to a protocol that
 *                                                              does not read; answers when the stream is stuck
 *           {"id":7,"cmd":"stop"}
 * Answers:  {"id":1,"ok":true,…} or {"id":1,"ok":false,"error":…}
 *
 * Serves /echo/1.0.0 (every byte back), /sink/1.0.0 (reads nothing until stdin says {"cmd":"drain"})
 * and ping. Ends when stdin ends.
 */
if (Promise.withResolvers === undefined) {
  // the libraries want Node 22; this is all that Node 20 lacks
  Promise.withResolvers = () => {
    let resolve, reject
    const promise = new Promise((res, rej) => { resolve = res; reject = rej })
    return { promise, resolve, reject }
  }
}

const { createHash, randomBytes } = await import('node:crypto')
const { createInterface } = await import('node:readline')
const { parseArgs } = await import('node:util')
const { createLibp2p } = await import('libp2p')
const { tcp } = await import('@libp2p/tcp')
const { noise } = await import('@chainsafe/libp2p-noise')
const { tls } = await import('@libp2p/tls')
const { yamux } = await import('@chainsafe/libp2p-yamux')
const { identify, identifyPush } = await import('@libp2p/identify')
const { ping } = await import('@libp2p/ping')
const { mdns } = await import('@libp2p/mdns')
const { multiaddr } = await import('@multiformats/multiaddr')
const { peerIdFromString } = await import('@libp2p/peer-id')

const ECHO = '/echo/1.0.0'
const SINK = '/sink/1.0.0'

const { values: options } = parseArgs({
  options: {
    listen: { type: 'string', multiple: true, default: ['/ip4/127.0.0.1/tcp/0'] },
    security: { type: 'string', default: 'noise,tls' },
    mdns: { type: 'boolean', default: false }
  }
})

const encrypters = { noise: noise(), tls: tls() }
const node = await createLibp2p({
  addresses: { listen: options.listen },
  transports: [tcp()],
  connectionEncrypters: options.security.split(',').map((name) => encrypters[name]),
  streamMuxers: [yamux()],
  peerDiscovery: options.mdns ? [mdns({ interval: 1_000 })] : [],
  connectionGater: { denyDialMultiaddr: () => false },
  services: { identify: identify({ runOnConnectionOpen: true }), identifyPush: identifyPush(), ping: ping() }
})

const discovered = new Map()
const identified = new Map()
const paused = new Set()
const say = (object) => process.stdout.write(JSON.stringify(object) + '\n')

node.addEventListener('peer:discovery', ({ detail }) => {
  const peerId = detail.id.toString()
  const addresses = detail.multiaddrs.map(String)
  if (!discovered.has(peerId)) say({ event: 'discovered', peerId, addresses })
  discovered.set(peerId, addresses)
})
node.addEventListener('peer:connect', ({ detail }) => say({ event: 'connected', peerId: detail.toString() }))
node.addEventListener('peer:disconnect', ({ detail }) => {
  identified.delete(detail.toString())
  say({ event: 'disconnected', peerId: detail.toString() })
})
node.addEventListener('peer:identify', ({ detail }) => {
  const peerId = detail.peerId.toString()
  identified.set(peerId, {
    agentVersion: detail.agentVersion,
    protocolVersion: detail.protocolVersion,
    protocols: detail.protocols,
    listenAddrs: detail.listenAddrs.map(String),
    observedAddr: detail.observedAddr?.toString(),
    signedPeerRecord: detail.signedPeerRecord !== undefined
  })
  say({ event: 'identified', peerId })
})

const bytesOf = (message) => (message instanceof Uint8Array ? message : message.subarray())

/** Sends every byte back, and closes when the remote has closed and everything it sent was read. */
await node.handle(ECHO, (stream) => {
  const resume = () => { if (stream.readStatus === 'paused') stream.resume() }
  const finish = () => { stream.close().catch((error) => stream.abort(error)) }
  stream.addEventListener('message', (event) => {
    if (!stream.send(bytesOf(event.data)) && stream.readStatus === 'readable') {
      stream.pause()
      stream.addEventListener('drain', resume, { once: true })
    }
  })
  stream.addEventListener('end', finish, { once: true })
  if (stream.readableEnded) finish()
})
await node.handle(SINK, (stream) => {
  let bytes = 0
  stream.addEventListener('message', (event) => { bytes += bytesOf(event.data).byteLength })
  stream.addEventListener('remoteCloseWrite', () => {
    say({ event: 'sunk', bytes })
    stream.close().catch(() => {})
  })
  stream.pause()
  paused.add(stream)
})

/** Sends `length` random bytes through the peer's echo protocol and compares digests. */
async function echo(peerId, length, pauseMs) {
  const stream = await node.dialProtocol(peerIdFromString(peerId), ECHO)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  let receivedBytes = 0
  let hasPaused = pauseMs === 0
  const finished = Promise.withResolvers()
  const done = () => { if (receivedBytes === length) finished.resolve() }
  stream.addEventListener('message', (event) => {
    const bytes = bytesOf(event.data)
    received.update(bytes)
    receivedBytes += bytes.byteLength
    if (!hasPaused && receivedBytes >= length / 4) {
      hasPaused = true
      stream.pause()
      setTimeout(() => stream.resume(), pauseMs)
    }
    done()
  })
  stream.addEventListener('close', (event) => {
    if (event.error !== undefined) finished.reject(event.error)
  })
  const started = performance.now()
  for (let at = 0; at < length;) {
    const chunk = randomBytes(Math.min(65_536, length - at))
    sent.update(chunk)
    at += chunk.byteLength
    if (!stream.send(chunk)) await stream.onDrain({ signal: AbortSignal.timeout(60_000) })
  }
  const late = setTimeout(() => finished.reject(new Error(`${receivedBytes} of ${length} bytes came back in 60 s`)), 60_000)
  await stream.close({ signal: AbortSignal.timeout(60_000) })
  await finished.promise.finally(() => clearTimeout(late))
  const equal = sent.digest('hex') === received.digest('hex')
  if (!equal) throw new Error(`echo differs after ${receivedBytes} bytes`)
  return { bytes: receivedBytes, ms: Math.round(performance.now() - started) }
}

/** Resolves with what identify told us about the peer, or fails after 10 s. */
async function identity(peerId) {
  if (!identified.has(peerId)) {
    const arrived = Promise.withResolvers()
    const timer = setTimeout(() => arrived.reject(new Error(`no identify from ${peerId} in 10 s`)), 10_000)
    const look = ({ detail }) => { if (detail.peerId.toString() === peerId) arrived.resolve() }
    node.addEventListener('peer:identify', look)
    await arrived.promise.finally(() => {
      clearTimeout(timer)
      node.removeEventListener('peer:identify', look)
    })
  }
  return identified.get(peerId)
}

const commands = {
  async dial({ address }) {
    const connection = await node.dial(multiaddr(address), { signal: AbortSignal.timeout(20_000) })
    const peerId = connection.remotePeer.toString()
    return { peerId, encryption: connection.encryption, multiplexer: connection.multiplexer }
  },
  async dialPeer({ peerId }) {
    const connection = await node.dial(peerIdFromString(peerId), { signal: AbortSignal.timeout(20_000) })
    return { encryption: connection.encryption, multiplexer: connection.multiplexer }
  },
  async info({ peerId }) {
    const connections = node.getConnections(peerIdFromString(peerId))
    return {
      ...(await identity(peerId)),
      connections: connections.map((c) => ({ encryption: c.encryption, direction: c.direction }))
    }
  },
  async ping({ peerId }) { return { ms: await node.services.ping.ping(peerIdFromString(peerId)) } },
  async echo({ peerId, bytes, pauseMs = 0 }) { return await echo(peerId, bytes, pauseMs) },
  async flood({ peerId, protocol, bytes }) {
    const stream = await node.dialProtocol(peerIdFromString(peerId), protocol)
    const chunk = randomBytes(65_536)
    let sent = 0
    let stuck = false
    while (sent < bytes && !stuck) {
      sent += chunk.byteLength
      if (!stream.send(chunk)) {
        await stream.onDrain({ signal: AbortSignal.timeout(2_000) }).catch(() => { stuck = true })
      }
    }
    return { sent, stuck, status: stream.status }
  },
  async drain() {
    for (const stream of paused) stream.resume()
    paused.clear()
    return {}
  },
  async discovered() { return { peers: Object.fromEntries(discovered) } },
  async hangUp({ peerId }) {
    await node.hangUp(peerIdFromString(peerId))
    return {}
  },
  async stop() {
    await node.stop()
    return {}
  }
}

say({ event: 'listening', peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })

const input = createInterface({ input: process.stdin })
input.on('line', async (line) => {
  const { id, cmd, ...rest } = JSON.parse(line)
  try {
    say({ id, ok: true, ...(await commands[cmd](rest)) })
  } catch (error) {
    say({ id, ok: false, error: `${error.name}: ${error.message}` })
  }
  if (cmd === 'stop') process.exit(0)
})
input.on('close', () => process.exit(0))
