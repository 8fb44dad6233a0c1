/*
 * Nodes of this repository as processes, started by the command in NODE_COMMAND (a JSON list).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** Starts a node on loopback with this data folder, which goes with it; `listening` is the first thing that it said. */
export async function startNode (folder, options) {
  const [command, ...first] = JSON.parse(process.env.NODE_COMMAND)
  const child = spawn(command, [
    ...first, 'node', '--json', '--until-eof', '--data', folder, '--discovery', 'manual', '--listen', '/ip4/127.0.0.1/tcp/0',
    '--store', 'memory', '--stop-timeout', '0', ...options
  ], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    ended.then(([code]) => { throw new Error(`the node ended with code ${code}`) })
  ])
  return {
    listening: JSON.parse(line),
    type (text) {
      child.stdin.write(`${text}\n`)
    },
    async stop () {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      const [code] = await ended
      clearTimeout(timer)
      await rm(folder, { recursive: true, force: true })
      if (code !== 0) throw new Error(`the node ended with code ${code}`)
    },
    async kill () {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    }
  }
}
