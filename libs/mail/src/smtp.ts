import type { Transporter } from 'nodemailer';
import { MailDeferred, MailRefused, type MailTransport } from './port.ts';
import { oneLine } from './render.ts';

const SECOND = 1_000;
/** Of silence, in ms. A server that takes this long is tried again later. */
const PATIENCE = 10 * SECOND;
/** So long after a silence nobody is made to wait for the same server again, in ms. */
const PAUSE = 30 * SECOND;
/** Of one hand-over as a whole, in ms: less than an attempt keeps others from its task. */
const LONGEST = 60 * SECOND;

/** One plain address: nothing in it ends it, begins a second one or another header. */
const ADDRESS = /^[^\s\p{Cc}<>(),:;"[\]\\@]{1,64}@[^\s\p{Cc}<>(),:;"[\]\\@]{1,255}$/u;

/** What nodemailer tells of a failure. */
interface SmtpError {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
}

const isSilence = (error: unknown): boolean =>
  ['ETIMEDOUT', 'EABORT'].includes(String((error as SmtpError).code));

/** Steps at which a refusal is about this mail and its reader, and not about who sends it. */
const ABOUT_THE_MAIL = /^(RCPT TO|DATA)$/;

/** RFC 3463, X.7: security and policy, such as a server that relays for nobody it does not know. */
const ABOUT_POLICY = /^5\d\d[ -]5\.7\.|^530/;

/**
 * A final answer (5xx) about the reader or the message stays one. A final answer about the sender, a
 * wrong password say, is a mistake in the settings: the mails wait until it is mended.
 */
const failureOf = (error: unknown): MailRefused | MailDeferred => {
  const { code, responseCode, response, command } = error as SmtpError;
  const answer = typeof responseCode === 'number' ? responseCode : undefined;
  const isFinal = answer !== undefined && answer >= 500 && !ABOUT_POLICY.test(String(response));
  if (isFinal && ABOUT_THE_MAIL.test(String(command))) return new MailRefused(`Refused${answer}`);
  const kind = answer ?? (typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : 'Unknown');
  return new MailDeferred(`Deferred${kind}`);
};

/**
 * Hands mails to a server.
 *
 * @param url `smtp://user:password@host:587` (TLS where the server offers it, `?requireTLS=true` insists)
 *   or `smtps://…` (TLS from the start); `?pool=true` keeps connections
 * @param from the sender's address
 */
export const openSmtp = ({
  url,
  from,
  patience = PATIENCE,
  now = () => performance.now(),
}: {
  readonly url: string;
  readonly from: string;
  /** How long silence is borne, in ms. */
  readonly patience?: number;
  /** ms since any instant. */
  readonly now?: () => number;
}): MailTransport => {
  /** Until when the server is left alone: mails are not all that waits for its answer. */
  let silentUntil = -Infinity;
  let opened: Promise<Transporter> | undefined;
  // Loaded with the first mail: a start does not wait for it.
  const opening = async (): Promise<Transporter> =>
    (await import('nodemailer')).createTransport({
      dnsTimeout: patience,
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: 3 * patience,
      url,
      // Nothing in a mail is a path or an address to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  return {
    through: 'smtp',
    handOver: async ({ to, fromName, at, messageId, subject, text, html }) => {
      if (!ADDRESS.test(to.address)) throw new MailRefused('AddressInvalid');
      if (now() < silentUntil) throw new MailDeferred('DeferredSilent');
      const transport = await (opened ??= opening());
      try {
        await transport.sendMail({
          from: { name: oneLine(fromName), address: from },
          to: { name: oneLine(to.name ?? ''), address: to.address },
          subject: oneLine(subject),
          text,
          html,
          messageId: `<${messageId}>`,
          date: new Date(at),
          // RFC 3834: nobody's holiday notice answers it.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(LONGEST),
        });
      } catch (error) {
        if (isSilence(error)) silentUntil = now() + PAUSE;
        throw failureOf(error);
      }
    },
    close: async () => {
      (await opened)?.close();
    },
  };
};
