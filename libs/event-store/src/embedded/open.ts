import type { EventStore } from '../port.ts';
import { EmbeddedEventStore } from './embedded-event-store.ts';
import type { EmbeddedOptions } from './embedded-event-store.ts';
import { openLogFile, unusable } from './log-file.ts';

/**
 * Opens the embedded event log, and makes its file where it is missing; its folder must be there. One
 * process owns the file: what another one appends is read, but wakes no subscription here.
 *
 * @throws UnusableLogFile when the file is no event log, is damaged as a whole, or is a newer program's
 */
export async function openEmbeddedEventStore(
  options: { readonly file: string } & EmbeddedOptions,
): Promise<EventStore> {
  const log = openLogFile(options.file);
  try {
    return new EmbeddedEventStore(log, options);
  } catch (error) {
    log.close();
    throw unusable(options.file, error);
  }
}
