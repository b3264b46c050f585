import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Malformed } from './malformed.ts';

const question: Malformed = {
  kind: 'whole',
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"query":"{ __typename }"}'),
};

export interface Heard {
  /** 0 where the server hung up without an answer. */
  readonly status: number;
  readonly text: string;
}

/** Sends requests as they are, over connections that are kept, to a server of this machine. */
export const openSender = (
  url: string,
): { send(sent: Malformed): Promise<Heard>; close(): void } => {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });

  const overHttp = ({ method, path, headers, body }: Malformed): Promise<Heard> =>
    new Promise((resolve) => {
      let outgoing;
      try {
        outgoing = request({ hostname, port, agent, method, path, headers: clean(headers) });
      } catch {
        // What Node's own client refuses to write never reaches a server.
        resolve({ status: 0, text: '' });
        return;
      }
      const pieces: Buffer[] = [];
      const end = (status: number) => () => {
        resolve({ status, text: Buffer.concat(pieces).toString('utf8') });
      };
      outgoing.on('response', (response) => {
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', end(response.statusCode ?? 0));
        response.on('error', end(response.statusCode ?? 0));
      });
      outgoing.on('upgrade', (_, socket) => {
        socket.destroy();
        end(101)();
      });
      outgoing.on('error', end(0));
      outgoing.end(body);
    });

  const overSocket = (raw: Buffer): Promise<Heard> =>
    new Promise((resolve) => {
      const pieces: Buffer[] = [];
      const socket = connect(Number(port), hostname, () => {
        socket.write(raw, () => {
          // Hung up on at once, the server would answer nobody. What takes longer than this question
          // is no request as a whole: whatever is still awaited does not come.
          overHttp(question).then(
            () => socket.end(),
            () => socket.end(),
          );
        });
      });
      socket.on('data', (piece) => pieces.push(piece));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        const text = Buffer.concat(pieces).toString('latin1');
        resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text });
      });
    });

  return {
    send: (sent) => (sent.raw ? overSocket(sent.raw) : overHttp(sent)),
    close: () => {
      agent.destroy();
    },
  };
};

const clean = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
