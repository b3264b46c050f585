import { pino } from 'pino';

/** Structured lines for operators; never a personal value, a URL or an input. */
export type Log = Pick<ReturnType<typeof pino>, 'info' | 'warn' | 'error'>;

/** One JSON line each on standard error, so that standard output stays for people. */
export const createLog = (): Log =>
  pino(
    { level: 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );

export const silentLog: Log = pino({ level: 'silent' });

/** What may be told of any error: its kind. The message might hold a value. */
export const kindOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** The same with where an unforeseen one came from: a stack names code, not data, but for its first line. */
export const unforeseen = (
  error: unknown,
): { readonly kind: string; readonly stack: readonly string[] | undefined } => ({
  kind: kindOf(error),
  stack: error instanceof Error ? error.stack?.split('\n').slice(1, 8) : undefined,
});
