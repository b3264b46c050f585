import type { Duplex } from 'node:stream';
import type { Principal } from '@vivier/identity';
import type { Rejection } from '@vivier/kernel';
import { WebSocket } from 'ws';

/** What a peer may leave unread of what is no event, in bytes: answers to its pings, refusals. */
const MOST_UNREAD = 32 * 1024 * 1024;
/** Of what a peer says nothing to, so many times: then it is gone. */
const MOST_MISSED = 3;
/** A reason of a close frame is at most so long. */
const LONGEST_REASON = 123;
/** Turns of the event loop in which what ends says so to its reader. */
const TURNS_TO_SAY_SO = 100;
/** How long a peer has to close its side, in ms. */
const CLOSES_WITHIN = 1_000;

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const reasonOf = ({ rejected, message }: Rejection): string =>
  Buffer.from(`${rejected}: ${message}`).subarray(0, LONGEST_REASON).toString('utf8');

/** One WebSocket of an integrator. */
export class Connection {
  readonly socket: WebSocket;
  /** Who it is, once they have said so. */
  principal: Principal | undefined;
  /** Subscriptions by the reader's own ids, as the protocol keeps them. */
  subscriptions: Readonly<Record<string, unknown>> = {};
  readonly #raw: Duplex & { readonly bytesWritten?: number };
  #heard = true;
  #flushed = 0;
  /** Whether bytes wait because the peer has not read those before. */
  #waits = false;
  #missed = 0;
  #ending: Promise<void> | undefined;

  /** @param raw what the WebSocket runs on */
  constructor(socket: WebSocket, raw: Duplex) {
    this.socket = socket;
    this.#raw = raw;
    const heard = (): void => {
      this.#heard = true;
    };
    socket.on('pong', heard);
    socket.on('message', heard);
  }

  /** Resolves when the message was handed to the network: a reader that does not read is waited for. */
  send(data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) return resolve();
      if (this.socket.bufferedAmount > MOST_UNREAD) {
        this.socket.terminate();
        return resolve();
      }
      this.socket.send(data, (failure) => {
        if (failure) reject(failure);
        else resolve();
      });
    });
  }

  /** Asks whether the reader is there; hangs up where it is long gone, but not where it reads slowly. */
  keepAlive(): void {
    const flushed = (this.#raw.bytesWritten ?? 0) - this.#raw.writableLength;
    const isThere = this.#heard || (this.#waits && flushed !== this.#flushed);
    this.#missed = isThere ? 0 : this.#missed + 1;
    this.#heard = false;
    this.#flushed = flushed;
    this.#waits = this.#raw.writableLength > 0;
    if (this.#missed >= MOST_MISSED || this.socket.bufferedAmount > MOST_UNREAD)
      this.socket.terminate();
    else this.socket.ping();
  }

  close(code: number, why: Rejection | string): void {
    this.socket.close(code, typeof why === 'string' ? why : reasonOf(why));
  }

  /** Closes once what runs here has said that it ends, and hangs up on a peer that does not close. */
  end(code: number, why: Rejection): Promise<void> {
    return (this.#ending ??= this.#end(code, why));
  }

  async #end(code: number, why: Rejection): Promise<void> {
    for (let turns = 0; turns < TURNS_TO_SAY_SO; turns += 1) {
      if (Object.keys(this.subscriptions).length === 0) break;
      await turn();
    }
    if (this.socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      const hangUp = setTimeout(() => {
        this.socket.terminate();
      }, CLOSES_WITHIN);
      this.socket.once('close', () => {
        clearTimeout(hangUp);
        resolve();
      });
      this.close(code, why);
    });
  }
}
