// A client of the hub: a WebSocket, envelopes out, answers in.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { until } from './hub.js';

const HUB = '@(cloudflare/signal-hub)';

export class Client {
  constructor(hub, address) {
    this.address = address;
    this.received = [];
    this.closeCode = null;
    this.socket = new WebSocket(`ws://127.0.0.1:${hub.port}/ws`);
    this.socket.on('message', (text) => this.received.push(JSON.parse(text)));
    this.socket.on('close', (code) => { this.closeCode = code; });
    this.socket.on('error', () => {});
  }

  /** Connected, and registered under its address. */
  static async open(hub, address, metadata = {}) {
    const client = new Client(hub, address);
    await new Promise((resolve) => { client.socket.once('open', resolve); });
    await client.ask('hub:connect', null, { protocolVersion: '0.1.0', capabilities: ['test'] });
    await client.ask('hub:register', { actorAddress: address, capabilities: ['test'] }, metadata);
    return client;
  }

  send(type, payload, metadata = {}, fields = {}) {
    const id = randomUUID();
    this.socket.send(JSON.stringify({ id, from: this.address, to: HUB, type, payload, pattern: 'ask',
      correlationId: null, timestamp: Date.now(), metadata, ttl: null, signature: null, ...fields }));
    return id;
  }

  async ask(type, payload, metadata, fields) {
    const id = this.send(type, payload, metadata, fields);
    const answer = await until(() => this.received.find((m) => m.correlationId === id),
      `an answer to ${type}`);
    if (answer.type.startsWith('hub:error')) throw new Error(JSON.stringify(answer));
    return { ...answer, id };
  }

  message(type) {
    return until(() => this.received.find((m) => m.type === type), type);
  }

  closed() {
    return until(() => this.closeCode, 'the connection to end');
  }

  close() {
    this.socket.terminate();
  }
}
