import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Passes connections on to a server, and can cut one in the middle of a response. */
export class CuttingRelay implements Disposable {
  readonly #server = createServer((socket) => this.#relay(socket));
  readonly #sockets = new Set<Socket>();
  readonly #to: number;
  #cutAfterBytes = Infinity;
  /** Since the cut was asked for, over all connections: a proxy keeps some of them. */
  #sentBytes = 0;

  private constructor(to: number) {
    this.#to = to;
  }

  static async start(to: number): Promise<CuttingRelay> {
    const relay = new CuttingRelay(to);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Once the server has sent this many bytes from now on, the connection over which it does is cut, and that one alone. */
  cutOnceAfter(bytes: number): void {
    this.#sentBytes = 0;
    this.#cutAfterBytes = bytes;
  }

  get hasCut(): boolean {
    return this.#cutAfterBytes === Infinity;
  }

  #relay(from: Socket): void {
    const to = connect(this.#to, '127.0.0.1');
    const close = () => {
      from.destroy();
      to.destroy();
    };
    for (const socket of [from, to]) {
      this.#sockets.add(socket);
      socket.on('error', close);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        close();
      });
    }
    from.pipe(to);
    to.on('data', (bytes) => {
      this.#sentBytes += bytes.length;
      if (this.#sentBytes > this.#cutAfterBytes) {
        this.#cutAfterBytes = Infinity;
        close();
        return;
      }
      if (from.write(bytes)) return;
      to.pause();
      from.once('drain', () => to.resume());
    });
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
