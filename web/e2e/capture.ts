import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { binary } from './start'

/** What a host asks of a controller; the last octets of their addresses in 10.0.0.0/24. */
export interface Asked { from: number; to: number; unit: number; pdu: string }

export const readRegisters = '0300040001'
export const readCoils = '0100000008'
export const writeRegister = '0600040001'

/** What one host sends to another over TCP; the last octets of their addresses in 10.0.0.0/24, and seconds after the first. */
export interface Segment { from: number; to: number; port: number; payload: Buffer; after: number }

/** A capture of segments: libpcap, Ethernet, IPv4, TCP; a pair of hosts has one conversation. */
export function pcap(segments: Segment[], at: Date): Buffer {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(65535, 16)
  head.writeUInt32LE(1, 20)
  const out = [head]
  const sequence = new Map<string, number>()
  for (const { from, to, port, payload, after } of segments) {
    const pair = `${from} ${to}`
    const tcp = Buffer.alloc(20)
    tcp.writeUInt16BE(40000 + from, 0)
    tcp.writeUInt16BE(port, 2)
    tcp.writeUInt32BE(sequence.get(pair) ?? 1000, 4)
    tcp[12] = 0x50
    tcp[13] = 0x18
    sequence.set(pair, (sequence.get(pair) ?? 1000) + payload.length)
    const ip = Buffer.alloc(20)
    ip[0] = 0x45
    ip.writeUInt16BE(40 + payload.length, 2)
    ip[8] = 64
    ip[9] = 6
    ip.set([10, 0, 0, from], 12)
    ip.set([10, 0, 0, to], 16)
    const frame = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0]), ip, tcp, payload])
    const packet = Buffer.alloc(16)
    packet.writeUInt32LE(Math.floor(at.getTime() / 1000) + after, 0)
    packet.writeUInt32LE(frame.length, 8)
    packet.writeUInt32LE(frame.length, 12)
    out.push(packet, frame)
  }
  return Buffer.concat(out)
}

/** Requests of Modbus TCP, one a second. */
function modbus(asked: Asked[]): Segment[] {
  return asked.map(({ from, to, unit, pdu }, i) => {
    const body = Buffer.from(pdu, 'hex')
    return { from, to, port: 502, payload: Buffer.concat([Buffer.from([0, i + 1, 0, 0, 0, body.length + 1, unit]), body]), after: i }
  })
}

/** Lets the probe of a machine that was enrolled in a folder hear a capture, once. */
export async function hear(dir: string, name: string, asked: Asked[]): Promise<void> {
  await writeFile(join(dir, `${name}.pcap`), pcap(modbus(asked), new Date(Date.now() - 60_000)))
  await writeFile(join(dir, 'probe.yaml'), `machine: ${join(dir, 'machine')}\nspool: ${join(dir, `spool-${name}`)}\nread: ${join(dir, `${name}.pcap`)}\n`)
  const probe = spawn(binary(), ['probe', 'run', '--config', join(dir, 'probe.yaml')], { stdio: 'ignore' })
  await new Promise((done) => probe.on('exit', done))
}
