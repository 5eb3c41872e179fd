// A way to the server that can be cut: what a client sees when a train enters a tunnel.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Starts a proxy before the server at `target`.
 * @returns its port, and `cut`, which breaks all connections without a word of the protocol.
 */
export async function proxy(t, target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      open.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    cut();
    server.close();
  });
  return { port: server.address().port, cut };
}
