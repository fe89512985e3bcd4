import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const mostConnections = 10_000;

/**
 * How many connections a server may have. The store needs descriptors too: with none left it could read no segment, so
 * connections may have half of them.
 */
export function connectionLimit(descriptors = openFilesLimit()): number {
  return Math.max(1, Math.min(mostConnections, Math.floor(descriptors / 2)));
}

/** Of this process; Infinity where the system does not say it. */
function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

/**
 * Limits the connections of a server, and those from one address to half of them: one address cannot keep everybody else
 * out, and a proxy, from which all come, has enough. Connections beyond that are closed at once.
 */
export function limitConnections(server: Server, limit = connectionLimit()): void {
  server.maxConnections = limit;
  const maxOfAddress = Math.max(1, Math.floor(limit / 2));
  const byAddress = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (byAddress.get(address) ?? 0) + 1;
    byAddress.set(address, count);
    socket.once('close', () => {
      const left = byAddress.get(address)! - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    });
    if (count > maxOfAddress) socket.destroy();
  });
}
