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
