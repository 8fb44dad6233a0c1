/*
 * Tests of the p2pd control protocol, for mocha. NODE_COMMAND is the command of a node; INTEROP_PAIRS says who takes the part of
 * 'js' in the tests of @libp2p/interop: 'mixed' js-libp2p, 'own' another node of this repository. The part of 'go' is
 * always ours.
 */
import { spawnJs, spawnOurs } from './daemons.mjs'

const { connectInteropTests, streamInteropTests } = await import('@libp2p/interop')
const { Request, Response } = await import('@libp2p/daemon-protocol')
const { lpStream } = await import('@libp2p/utils')
const { expect } = await import('aegir/chai')

const ECHO = '/echo/1.0.0'
const mixed = process.env.INTEROP_PAIRS === 'mixed'
const factory = { spawn: options => mixed && options.type === 'js' ? spawnJs(options) : spawnOurs(options) }

connectInteropTests(factory)
await streamInteropTests(factory)

async function failure (promise) {
  try {
    await promise
  } catch (err) {
    return err.message
  }
  throw new Error('it succeeded')
}

async function drain (iterable) {
  for await (const each of iterable) void each
}

describe('daemon-client of our node', function () {
  this.timeout(60_000)
  let ours, js

  before(async () => {
    ours = await spawnOurs({}, 'unix')
    js = await spawnJs()
    const { peerId, addrs } = await js.client.identify()
    await ours.client.connect(peerId, addrs)
  })

  after(async () => {
    await Promise.all([ours, js].filter(Boolean).map(daemon => daemon.stop()))
  })

  it('is driven through a Unix socket and moves a mebibyte', async () => {
    const { peerId } = await js.client.identify()
    await js.client.registerStreamHandler(ECHO, async stream => {
      const lp = lpStream(stream, { maxDataLength: 2 << 20 })
      await lp.write(await lp.read())
    })
    const lp = lpStream(await ours.client.openStream(peerId, ECHO), { maxDataLength: 2 << 20 })
    const sent = crypto.getRandomValues(new Uint8Array(65_536))
    const much = Buffer.concat(Array.from({ length: 16 }, () => sent))
    await lp.write(much)
    expect((await lp.read()).subarray()).to.equalBytes(much)
  })

  it('says what it does not do', async () => {
    expect(await failure(ours.client.pubsub.getTopics())).to.include('not supported by this node')
    expect(await failure(drain(ours.client.dht.getClosestPeers(new Uint8Array(32))))).to.include('not supported by this node')
  })

  it('fails to open a stream that nobody serves', async () => {
    const { peerId } = await js.client.identify()
    expect(await failure(ours.client.openStream(peerId, '/nobody/1.0.0'))).to.include('/nobody/1.0.0')
  })

  it('disconnects', async () => {
    const { peerId } = await js.client.identify()
    const pb = await ours.client.send({ type: Request.Type.DISCONNECT, disconnect: { peer: peerId.toMultihash().bytes } })
    expect((await pb.read(Response)).type).to.equal(Response.Type.OK)
    await pb.unwrap().close()
    expect(await ours.client.listPeers()).to.have.lengthOf(0)
  })
})
