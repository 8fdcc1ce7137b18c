// Rates out of counters: what the overview shows of two answers of /stats.

export const names = ['received', 'delivered', 'connections', 'actors', 'outbound', 'waiting',
  'cpu', 'memory', 'bytesReceived', 'bytesSent'];

const cpuShare = (now, before, seconds) =>
  (100 * (now.process.cpuSeconds - before.process.cpuSeconds)) / seconds;

/** Figures that are levels, and those a second since `before` (null: none, or another run). */
export function sample(now, before) {
  const levels = {
    connections: now.connections.open,
    actors: now.actors.registered,
    outbound: now.queues.outboundMessages,
    waiting: now.queues.waiting,
    memory: now.process.residentBytes,
  };
  if (!before || before.startedAt !== now.startedAt) return levels;
  const seconds = (now.timestamp - before.timestamp) / 1000;
  if (seconds <= 0) return levels;
  return {
    ...levels,
    received: (now.messages.received - before.messages.received) / seconds,
    delivered: (now.messages.delivered - before.messages.delivered) / seconds,
    bytesReceived: (now.bytes.received - before.bytes.received) / seconds,
    bytesSent: (now.bytes.sent - before.bytes.sent) / seconds,
    cpu: cpuShare(now, before, seconds),
  };
}

export const sum = (byReason) => Object.values(byReason).reduce((total, n) => total + n, 0);
