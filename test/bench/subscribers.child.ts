// Subscribers in a process of their own: what they cost is not the server's. Each checks what it gets.
import { crc32 } from 'node:zlib';
import { WebSocket } from 'ws';
import { sharedNow } from './metronome.ts';
import type { Heard, Told } from './subscribers.ts';

let told: Told;
let sockets: WebSocket[] = [];
/** Messages that each got, and a checksum of the ids in them. */
let counts: Uint32Array;
let sums: Uint32Array;
const arrivals: number[] = [];
let awaited = Infinity;
/** How many have got all that is awaited. */
let complete = 0;

const say = (heard: Heard): void => void process.send?.(heard);

const fail = (failure: string): void => {
  say({ failure });
  process.exit();
};

const answer = (): void => {
  if (complete < sockets.length) return;
  const sum = sums[0] ?? 0;
  if (sums.some((other) => other !== sum)) fail('Subscribers did not get the same events.');
  awaited = Infinity;
  say({ at: sharedNow(), sum, arrivals: arrivals.splice(0) });
};

const take = (subscriber: number, eventId: string): void => {
  const count = (counts[subscriber] ?? 0) + 1;
  counts[subscriber] = count;
  sums[subscriber] = crc32(eventId, sums[subscriber]);
  if (sockets.length === 1) arrivals.push(sharedNow());
  if (count > awaited) fail('A subscriber got more than there was.');
  if (count !== awaited) return;
  complete += 1;
  answer();
};

const hear = (subscriber: number, text: string): void => {
  const { forbidden, query } = told;
  if (forbidden.some((word) => text.includes(word))) fail('A personal value was told.');
  const message = JSON.parse(text) as {
    readonly type: string;
    readonly payload: {
      readonly data?: { readonly domainEvents: { readonly eventId: string } };
      readonly errors?: unknown;
    };
  };
  const { type, payload } = message;
  const id = payload?.data?.domainEvents.eventId;
  if (type === 'next' && id !== undefined && !payload.errors) take(subscriber, id);
  else if (type === 'connection_ack')
    sockets[subscriber]?.send(
      JSON.stringify({
        id: '1',
        type: 'subscribe',
        payload: {
          query: query[subscriber % query.length],
          variables: { after: told.after },
        },
      }),
    );
  else if (type === 'ping') sockets[subscriber]?.send('{"type":"pong"}');
  else fail(`A subscriber was told ${text.slice(0, 300)}`);
};

const open = async (): Promise<void> => {
  const { url, count, token } = told;
  counts = new Uint32Array(count);
  sums = new Uint32Array(count);
  const opened: Promise<unknown>[] = [];
  for (let subscriber = 0; subscriber < count; subscriber += 1) {
    const socket = new WebSocket(url, token === undefined ? [] : ['graphql-transport-ws']);
    sockets.push(socket);
    socket.on('message', (bytes: Buffer) => hear(subscriber, bytes.toString()));
    opened.push(new Promise((resolve) => void socket.once('open', resolve)));
    socket.once('error', (error) => fail(`No connection: ${error.message}`));
    socket.once('close', (code, why) => {
      if (sockets.includes(socket)) fail(`A subscriber was sent away: ${code} ${why.toString()}`);
    });
    // A few at a time, as people come.
    if (subscriber % 50 === 49) await Promise.all(opened);
  }
  await Promise.all(opened);
  if (token !== undefined)
    for (const socket of sockets)
      socket.send(
        JSON.stringify({
          type: 'connection_init',
          payload: { authorization: `Bearer ${token}` },
        }),
      );
  say({ at: sharedNow(), sum: 0, arrivals: [] });
};

process.on('message', (asked: Told | { readonly until: number } | 'leave') => {
  if (asked === 'leave') {
    const leaving = sockets;
    sockets = [];
    for (const socket of leaving) socket.close();
    process.disconnect();
  } else if ('until' in asked) {
    awaited = asked.until;
    complete = counts.filter((count) => count === awaited).length;
    if (counts.some((count) => count > awaited)) fail('A subscriber got more than there was.');
    answer();
  } else {
    told = asked;
    open().catch((error: unknown) => fail(String(error)));
  }
});
process.once('disconnect', () => process.exit());
