import { openEmbeddedEventStore, type NewRecord } from '@vivier/event-store';
import { streamKey, streamName, type EventId, type OrganisationId } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import type { PeerEvent, PeerStore } from './store.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const parsed = (bytes: Uint8Array): PeerEvent['data'] =>
  JSON.parse(decoder.decode(bytes)) as PeerEvent['data'];

/** The embedded log by itself, checksums on, as its port is used. */
export const openOurs = async (file: string): Promise<PeerStore> => {
  const store = await openEmbeddedEventStore({ file });
  const organisationId = derive('bench-peer-organisation') as OrganisationId;
  const streamOf = (key: string) => streamName('application', key);
  let made = 0;
  return {
    name: 'ours, the log alone',
    append: (key, there, { data, metadata }) => {
      made += 1;
      const record: NewRecord = {
        id: derive('bench-peer-event', String(made)) as EventId,
        type: 'Noted.v1',
        contentType: 'application/json',
        data: encoder.encode(JSON.stringify(data)),
        metadata: encoder.encode(JSON.stringify(metadata)),
      };
      return store.append(organisationId, streamOf(key), there === 0 ? 'none' : there - 1, [
        record,
      ]);
    },
    load: async (key) =>
      ((await store.readStream(organisationId, streamOf(key))) ?? []).map(({ data }) =>
        parsed(data),
      ),
    replay: async (take) => {
      for await (const page of store.readAll())
        for (const { stream, data } of page) take(streamKey(stream), parsed(data));
    },
    close: () => store.close(),
  };
};
