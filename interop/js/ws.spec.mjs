/*
 * Tests of the WebSocket of the local API with the package ws, for mocha. NODE_COMMAND is the command of a node.
 */
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'
import { startNode } from './node-process.mjs'

const CHANNELS = ['network_events', 'security_events', 'monitoring_events', 'messages']
const API = ['--api', '127.0.0.1:0']
/** A port of this machine that nobody listens on, of a peer that nobody is. */
const NOBODY = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'
const PATIENCE_MS = 60_000

/** A client that keeps what it is told; `hear` takes the first of it that fits, and waits for that. */
class Client {
  told = []
  waiting = []

  constructor (socket) {
    this.socket = socket
    socket.on('message', (data, isBinary) => {
      expect(isBinary).to.equal(false)
      this.told.push(JSON.parse(data))
      this.waiting.forEach(look => look())
    })
  }

  say (type, data) {
    this.socket.send(JSON.stringify({ type, data }))
  }

  async hear (what, fits) {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer)
        this.waiting = this.waiting.filter(each => each !== look)
      }
      const look = () => {
        const index = this.told.findIndex(fits)
        if (index < 0) return
        done()
        resolve(this.told.splice(index, 1)[0])
      }
      const timer = setTimeout(() => {
        done()
        reject(new Error(`waited in vain for ${what}; was told ${this.told.map(each => JSON.stringify(each).slice(0, 200))}`))
      }, PATIENCE_MS)
      this.waiting.push(look)
      look()
    })
  }

  async hearType (type) {
    return this.hear(type, each => each.type === type)
  }
}

describe('the WebSocket, by the package ws', function () {
  this.timeout(2 * PATIENCE_MS)
  let alice, other, token, url

  const open = (headers = { authorization: `Bearer ${token}` }, options = {}) =>
    new WebSocket(url, { headers, handshakeTimeout: PATIENCE_MS, ...options })

  async function connect () {
    const socket = open()
    const client = new Client(socket)
    await once(socket, 'open')
    return client
  }

  /** Another node, which goes to the first. Its name stays its own also after its end. */
  async function startOther (name) {
    other = await startNode(await mkdtemp(join(tmpdir(), 'ws-')), [
      '--name', name, '--api', 'off', '--peer', alice.listening.addresses[0]
    ])
  }

  /** The status with which an upgrade is refused, and the code in the answer. */
  async function refusal (headers, options) {
    const socket = open(headers, options)
    const [request, response] = await once(socket, 'unexpected-response')
    let body = ''
    for await (const chunk of response) body += chunk
    request.destroy()
    return [response.statusCode, JSON.parse(body).error.code]
  }

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ws-'))
    alice = await startNode(folder, ['--name', 'alice', ...API])
    token = (await readFile(join(folder, 'api.token'), 'utf8')).trim()
    url = `${alice.listening.api.replace('http:', 'ws:')}/api/v1/ws`
  })

  after(async () => {
    await Promise.all([alice, other].filter(Boolean).map(node => node.stop()))
  })

  it('tells on four channels who comes, what arrives, what fails, and who goes', async () => {
    const client = await connect()
    const welcome = await client.hearType('welcome')
    expect(welcome.data.channels).to.have.members(CHANNELS)
    expect(Math.abs(Date.now() - welcome.timestamp)).to.be.below(PATIENCE_MS)
    client.say('subscribe', { channels: CHANNELS })
    expect((await client.hearType('subscribed')).data.channels).to.have.members(CHANNELS)

    const sample = await client.hearType('sample')
    expect(sample.channel).to.equal('monitoring_events')
    expect(sample.data.status.name).to.equal('alice')

    await startOther('bob')
    const peerId = other.listening.peerId
    const came = await client.hear('bob', each => each.type === 'peer_identified' && each.data.peerId === peerId)
    expect(came.channel).to.equal('network_events')
    expect(came.data.name).to.equal('bob')

    other.type(`${alice.listening.peerId}: hello from bob`)
    const message = await client.hearType('message')
    expect(message.channel).to.equal('messages')
    expect(message.data).to.include({ from: 'bob', text: 'hello from bob', type: 'DATA' })

    const fetched = await fetch(`${alice.listening.api}/api/v1/peers`, {
      method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ peer: NOBODY })
    })
    expect(fetched.status).to.equal(422)
    const fault = await client.hear('a fault', each => each.type === 'fault' && each.data.what === 'DIAL_FAILED')
    expect(fault.channel).to.equal('security_events')

    await other.kill()
    other = undefined
    const gone = await client.hear('the end of bob', each => each.type === 'peer_disconnected' && each.data.peerId === peerId)
    expect(gone.channel).to.equal('network_events')
    expect(gone.data.name).to.equal('bob')
    client.socket.close()
    await once(client.socket, 'close')
  })

  it('talks to the example of the guide', async () => {
    const guide = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
    const [, code] = guide.match(/^```js\n(.*?)^```$/ms)
    const example = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: new URL('.', import.meta.url), // where the package is
      env: { ...process.env, API: alice.listening.api, TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    try {
      const lines = createInterface({ input: example.stdout })[Symbol.asyncIterator]()
      const prints = async wanted => {
        for (let line = ''; line !== wanted;) {
          const next = await lines.next()
          if (next.done) throw new Error(`it ended before it printed '${wanted}'`)
          line = next.value.trim()
        }
      }
      await prints('subscribed')
      await startOther('carol')
      await prints('peer_identified carol')
      other.type(`${alice.listening.peerId}: hello to the example`)
      await prints('carol: hello to the example')
      await other.stop()
      other = undefined
      await prints('peer_disconnected carol')
    } finally {
      example.kill()
    }
  })

  it('answers pings of both kinds, and tells no more of a channel that was left', async () => {
    const client = await connect()
    client.say('ping')
    expect((await client.hearType('pong')).data).to.deep.equal({})
    client.socket.ping('are you there')
    const [echoed] = await once(client.socket, 'pong')
    expect(echoed.toString()).to.equal('are you there')

    client.say('subscribe', { channels: ['monitoring_events', 'messages'] })
    await client.hearType('sample')
    client.say('unsubscribe', { channels: ['monitoring_events'] })
    await client.hear('what is left', each => each.type === 'subscribed' && each.data.channels.join() === 'messages')
    client.told = []
    const second = await connect()
    second.say('subscribe', { channels: ['monitoring_events'] })
    await second.hearType('sample')
    await second.hearType('sample')
    expect(client.told).to.deep.equal([])
    for (const each of [client, second]) each.socket.terminate()
  })

  it('says what it did not understand, and goes on', async () => {
    const client = await connect()
    client.socket.send('nonsense')
    expect((await client.hearType('error')).data.error.code).to.be.a('string')
    client.say('subscribe', { channels: ['gossip'] })
    expect((await client.hearType('error')).data.error.message).to.include('gossip')
    client.say('ping')
    await client.hearType('pong')
    client.socket.terminate()
  })

  it('lets a page of its own in by the session of its login, until that has ended', async () => {
    const session = async (method, rest) => {
      const response = await fetch(`${alice.listening.api}/api/v1/session`, { method, ...rest })
      expect(response.status).to.equal(204)
      return response.headers.get('set-cookie')
    }
    const cookie = (await session('POST', { body: JSON.stringify({ token }) })).split(';')[0]
    const page = open({ cookie }, { origin: alice.listening.api })
    await new Client(page).hearType('welcome')
    page.terminate()
    await session('DELETE', { headers: { cookie } })
    expect(await refusal({ cookie }, { origin: alice.listening.api })).to.deep.equal([401, 'UNAUTHENTICATED'])
  })

  it('refuses a foreign origin, a foreign host and a wrong token, and goes on', async () => {
    const authorization = `Bearer ${token}`
    expect(await refusal({ authorization }, { origin: 'https://example.com' })).to.deep.equal([403, 'FOREIGN_ORIGIN'])
    expect(await refusal({ authorization, host: 'rebound.example' })).to.deep.equal([403, 'FOREIGN_HOST'])
    expect(await refusal({ authorization: 'Bearer guess' })).to.deep.equal([401, 'UNAUTHENTICATED'])
    expect(await refusal({})).to.deep.equal([401, 'UNAUTHENTICATED'])
    const own = await connect()
    await own.hearType('welcome')
    own.socket.terminate()
  })
})
