import { connect, type Socket } from 'node:net';
import { quantile } from './measure.ts';

export interface Answered {
  readonly perSecond: number;
  /** Seconds. */
  readonly p50: number;
  readonly p99: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** One connection that asks, waits for the whole answer, and asks again. */
class Connection {
  #received: Buffer = Buffer.alloc(0);
  #answered: ((body: Buffer) => void) | undefined;
  #failed: ((reason: Error) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('The server closed the connection.')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  ask(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.socket.write(request);
    });
  }

  close(): void {
    this.#failed = undefined;
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (!head.startsWith('HTTP/1.1 200') || !Number.isInteger(length)) {
      this.#failed?.(new Error(`An answer was refused: ${head.split('\r\n', 1)[0]}`));
      return;
    }
    const from = end + HEAD_END.length;
    if (this.#received.length < from + length) return;
    const body = this.#received.subarray(from, from + length);
    this.#received = Buffer.alloc(0);
    this.#answered?.(body);
  }
}

/** The bytes of a GraphQL request. */
export const graphqlRequest = (port: number, body: unknown, token?: string): Buffer => {
  const json = JSON.stringify(body);
  return Buffer.from(
    [
      'POST /graphql HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'content-type: application/json',
      ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
      `content-length: ${Buffer.byteLength(json)}`,
      '',
      json,
    ].join('\r\n'),
  );
};

/**
 * Sends one request over and over through several connections, for some seconds. Every answer must be
 * 200 and must not speak of errors.
 */
export const bombard = async (
  port: number,
  request: Buffer,
  { connections = 32, seconds }: { readonly connections?: number; readonly seconds: number },
): Promise<Answered> => {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  const took: number[] = [];
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() < end) {
        const asked = performance.now();
        const body = await connection.ask(request);
        if (body.includes('"errors"')) throw new Error(`The server refused: ${body.toString()}`);
        took.push((performance.now() - asked) / 1000);
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  for (const connection of open) connection.close();
  return { perSecond: took.length / elapsed, p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
};
