import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import { serverUrl } from './servers.contract.ts';

/** What becomes of a message, and of the connection on which it came. */
export type Fate = 'arrives' | 'is lost' | 'arrives, and its answer is lost';

/**
 * The network between a client and the server, as a test wants it to be.
 *
 * @param fateOf told of each message of the client, whole, before it goes on
 */
export const wire = async (fateOf: (message: Buffer) => Fate | Promise<Fate>) => {
  const url = new URL(serverUrl ?? '');
  const port = Number(url.port === '' ? 27017 : url.port);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, url.hostname);
    let isDeaf = false;
    let unread = Buffer.alloc(0);
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    far.on('data', (answer) => {
      if (isDeaf) cut();
      else near.write(answer);
    });
    const send = async (message: Buffer): Promise<void> => {
      const fate = await fateOf(message);
      if (fate === 'is lost') {
        cut();
        return;
      }
      if (fate !== 'arrives') isDeaf = true;
      far.write(message);
    };
    let sent = Promise.resolve();
    near.on('data', (piece) => {
      unread = Buffer.concat([unread, piece]);
      // A message begins with its length.
      while (unread.length >= 4 && unread.length >= unread.readInt32LE(0)) {
        const message = unread.subarray(0, unread.readInt32LE(0));
        unread = unread.subarray(message.length);
        sent = sent.then(() => send(message));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  // Otherwise the driver goes where the server says that it is.
  url.searchParams.delete('replicaSet');
  url.searchParams.set('directConnection', 'true');
  const client = await MongoClient.connect(url.href);
  return {
    client,
    end: async (): Promise<void> => {
      await client.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
