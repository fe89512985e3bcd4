import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to a server on which bytes go out as they are, and all that comes back is kept. */
export class RawConnection implements Disposable {
  /** Everything that came back, once the server has ended the connection. */
  readonly answer: Promise<string>;
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#received += text;
    });
    // A server that has heard enough resets the connection under whoever goes on sending.
    socket.on('error', () => undefined);
    this.answer = new Promise((resolve) => {
      socket.on('close', () => resolve(this.#received));
    });
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  get isOpen(): boolean {
    return !this.#socket.closed;
  }

  /** Resolves when it is handed to the system, or the connection is gone. */
  send(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.writable) this.#socket.write(bytes, () => resolve());
      else resolve();
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
