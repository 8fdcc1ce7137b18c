// The least that Node's ws can do about publish and subscribe: node ws.js PORT.
//
// Speaks as much of NATS's protocol as hub-bench needs. A publication is built once for all its
// subscribers and not looked into.
'use strict';
const { WebSocketServer } = require('ws');

const topics = new Map();
const CRLF = Buffer.from('\r\n');

function subscribe(socket, topic) {
  if (!topics.has(topic)) topics.set(topic, new Set());
  topics.get(topic).add(socket);
  socket.on('close', () => topics.get(topic).delete(socket));
}

// How many bytes the first command takes; 0: not all of it is there.
function command(socket, bytes) {
  const end = bytes.indexOf(CRLF);
  if (end < 0) return 0;
  const [verb, topic, size] = bytes.toString('latin1', 0, end).split(' ');
  if (verb === 'PING') socket.send('PONG\r\n');
  if (verb === 'SUB') subscribe(socket, topic);
  if (verb !== 'PUB') return end + 2;
  const whole = end + 2 + Number(size) + 2;
  if (bytes.length < whole) return 0;
  const head = Buffer.from(`MSG ${topic} 1 ${size}`);
  const message = Buffer.concat([head, bytes.subarray(end, whole)]);
  for (const subscriber of topics.get(topic) ?? []) subscriber.send(message);
  return whole;
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]),
  perMessageDeflate: false });
server.on('connection', socket => {
  let rest = Buffer.alloc(0);
  socket.on('message', bytes => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let taken = command(socket, rest); taken > 0; taken = command(socket, rest)) {
      rest = rest.subarray(taken);
    }
  });
});
