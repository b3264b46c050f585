import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { child } from '../support/child.ts';

export const later = () => {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
};

/** A server that is killed and comes back, at one address. */
export class MortalServer {
  /** Resolved while it lives. */
  up = later();
  #process: ReturnType<typeof child> | undefined;
  #target = 0;
  readonly #network = createServer((client) => {
    const server = connect(this.#target, '127.0.0.1');
    client.pipe(server).pipe(client);
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const side of [client, server]) side.on('error', cut).on('close', cut);
  });

  constructor(private readonly file: string) {}

  async start(): Promise<string> {
    const started = child(new URL('./eventstore-server.child.mjs', import.meta.url), [this.file]);
    this.#process = started;
    let errors = '';
    started.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
    this.#target = await new Promise((resolve, reject) => {
      createInterface(started.stdout).once('line', (line) => resolve(Number(line)));
      started.once('close', () => reject(new Error(`It never served: ${errors}`)));
    });
    if (!this.#network.listening) await once(this.#network.listen(0, '127.0.0.1'), 'listening');
    this.up.resolve();
    return `esdb://127.0.0.1:${(this.#network.address() as AddressInfo).port}?tls=false`;
  }

  async kill(): Promise<void> {
    this.up = later();
    const ended = once(this.#process!, 'close');
    this.#process?.kill('SIGKILL');
    await ended;
  }

  close(): void {
    this.#network.close();
  }
}
