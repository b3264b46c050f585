import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.ts';

/**
 * What a framework says, as far as the first quote, colon or line's end: what follows may be a value. Its
 * other arguments, stacks and contexts among them, are left out.
 */
const saidBy = (message: unknown): string => {
  const text = message instanceof Error ? message.name : message;
  const [said = ''] = typeof text === 'string' ? text.split(/["'`:\n]/) : [];
  return said.trim() || 'Something that is no text.';
};

/** The frameworks below speak through the house's own log, and hold their tongue on values. */
export const frameworkLog = (
  log: Log,
  framework: string,
): LoggerService & Record<'debug' | 'info', () => void> => ({
  log: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  verbose: () => undefined,
  warn: (message: unknown) => {
    log.warn({ framework, said: saidBy(message) }, 'A framework warns.');
  },
  error: (message: unknown) => {
    log.error({ framework, said: saidBy(message) }, 'A framework tells of an error.');
  },
  fatal: (message: unknown) => {
    log.error({ framework, said: saidBy(message) }, 'A framework tells of an error.');
  },
});
