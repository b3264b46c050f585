import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a real server took it in. */
export interface ReceivedMail {
  readonly email: Email;
  /** As it came over the wire. */
  readonly raw: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
}

/** A step of a conversation, at which the server can be made to refuse. */
export type SmtpStep = 'MAIL' | 'RCPT' | 'DATA';

/** A real mail server on the loopback address, for tests. */
export interface SmtpForTests {
  readonly port: number;
  /** For `SMTP_URL`. */
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  /** How many connections there have been. */
  readonly connections: () => number;
  /** Answers this step with this code from now on; undefined: takes everything. */
  refuse(step: SmtpStep | undefined, code?: number, words?: string): void;
  /** Hangs up in the middle of each message from now on, or not any more. */
  vanishInData(does: boolean): void;
  close(): Promise<void>;
}

/** Starts one, on any free port or on the one that is named. */
export const smtpForTests = async ({
  port = 0,
  starttls = false,
}: { readonly port?: number; readonly starttls?: boolean } = {}): Promise<SmtpForTests> => {
  const received: ReceivedMail[] = [];
  let connections = 0;
  let refused: { readonly step: SmtpStep; readonly error: Error } | undefined;
  let vanishes = false;
  const errorAt = (step: SmtpStep): Error | undefined =>
    refused?.step === step ? refused.error : undefined;
  const options: SMTPServerOptions = {
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: starttls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    logger: false,
    onConnect: (_, done) => {
      connections += 1;
      done();
    },
    onMailFrom: (_, __, done) => {
      done(errorAt('MAIL'));
    },
    onRcptTo: (_, __, done) => {
      done(errorAt('RCPT'));
    },
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => {
        pieces.push(piece);
        if (vanishes) hangUp();
      });
      stream.on('end', () => {
        const raw = Buffer.concat(pieces);
        const error = errorAt('DATA');
        if (error) {
          done(error);
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        PostalMime.parse(raw).then((email) => {
          received.push({
            email,
            raw: raw.toString('utf8'),
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            isEncrypted: session.secure,
          });
          done();
        }, done);
      });
    },
  };
  const server = new SMTPServer(options);
  // What a client that goes away leaves behind is no mistake of the server's.
  server.on('error', () => undefined);
  const hangUp = (): void => {
    for (const connection of server.connections)
      (connection as unknown as { readonly _socket: { destroy(): void } })._socket.destroy();
  };
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: found } = server.server.address() as AddressInfo;
  return {
    port: found,
    url: `smtp://127.0.0.1:${found}`,
    received,
    connections: () => connections,
    refuse: (step, code = 550, words = 'No.') => {
      refused = step && {
        step,
        error: Object.assign(new Error(words), { responseCode: code }),
      };
    },
    vanishInData: (does) => {
      vanishes = does;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
};
