import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Piece {
  readonly bytes: Buffer;
  /** Towards the server, or from it. */
  readonly direction: 'up' | 'down';
  readonly link: Link;
}

/** One connection through the proxy. */
export interface Link {
  /** Ends both sides at once; what is held is lost. */
  readonly cut: () => void;
  /** Keeps every further byte of a direction back. */
  readonly hold: (direction: Piece['direction']) => void;
  /** Lets go what was held. */
  readonly release: () => void;
}

/** The network between a client and a server, as bad as a test wants it. */
export class Proxy {
  /** Sees every piece before it is passed on; what it cuts or holds is not. */
  watch: (piece: Piece) => void = () => {};
  /** Whether new connections end at once. */
  isDown = false;
  /** How many connections were made. */
  made = 0;
  readonly #links = new Set<Link>();
  readonly #server: Server;

  private constructor(public target: number) {
    this.#server = createServer((client) => this.#accept(client));
  }

  static async before(target: number): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The server is gone for the client: all connections end, and new ones are refused. */
  goDown(): void {
    this.isDown = true;
    this.cutAll();
  }

  cutAll(): void {
    for (const link of this.#links) link.cut();
  }

  async close(): Promise<void> {
    this.goDown();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    this.made += 1;
    const server = connect(this.target, '127.0.0.1');
    const held: { up: Buffer[] | undefined; down: Buffer[] | undefined } = {
      up: undefined,
      down: undefined,
    };
    const write = { up: server, down: client };
    const link: Link = {
      cut: () => {
        this.#links.delete(link);
        client.destroy();
        server.destroy();
      },
      hold: (direction) => (held[direction] ??= []),
      release: () => {
        for (const direction of ['up', 'down'] as const) {
          for (const bytes of held[direction] ?? []) write[direction].write(bytes);
          held[direction] = undefined;
        }
      },
    };
    this.#links.add(link);
    const pass = (direction: Piece['direction'], bytes: Buffer): void => {
      this.watch({ bytes, direction, link });
      if (!this.#links.has(link)) return;
      if (held[direction]) held[direction].push(bytes);
      else write[direction].write(bytes);
    };
    client.on('data', (bytes) => pass('up', bytes));
    server.on('data', (bytes) => pass('down', bytes));
    for (const side of [client, server]) side.on('error', link.cut).on('close', link.cut);
  }
}
