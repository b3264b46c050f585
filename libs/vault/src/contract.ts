import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test, beforeEach, afterEach } from '@jest/globals';
import {
  erased,
  START,
  streamName,
  type EventId,
  type OrganisationId,
  type Origin,
  type PersonId,
  type Position,
  type Scope,
  type SealedBlob,
} from '@vivier/kernel';
import { atOnce } from './at-once.contract.ts';
import { changedAddress } from './changed-address.contract.ts';
import {
  account,
  dossier,
  newOrganisation,
  newPerson,
  openOne,
  originOf,
  sealOne,
} from './contract.fixtures.ts';
import { BlobRejected, KeyFenced, type FileCipher, type Vault } from './port.ts';
import { MasterKeyMissing, VaultClosed } from './refusals.ts';

export { account, dossier, newOrganisation, newPerson, originOf, sealOne };

const minutes = (count: number) => count * 60_000;

/**
 * What every vault must do, whatever it stands on. `open` gives a vault without people each time;
 * `openBeside`, where several processes share a store, a second one on the store of the last.
 */
export const vaultContract = (
  name: string,
  open: () => Promise<Vault>,
  openBeside?: () => Promise<Vault>,
): void => {
  describe(`${name} keeps the vault's contract`, () => {
    let vault: Vault;
    let organisation: OrganisationId;
    let ada: PersonId;

    beforeEach(async () => {
      vault = await open();
      organisation = newOrganisation();
      ada = newPerson();
      await vault.admitOrganisation(organisation);
    });
    afterEach(() => vault.close());

    describe('sealing and opening', () => {
      test('gives back what was sealed, in the order asked', async () => {
        const values = [
          { fullName: 'Zoë 📇', empty: '' },
          { answers: [1, null, { deep: true }] },
          {},
        ];
        const people = [ada, newPerson(), ada];
        const blobs = await vault.seal(
          values.map((own, index) => ({
            origin: originOf(organisation, people[index]!),
            values: own,
          })),
        );
        expect(await vault.open([...blobs].reverse())).toEqual([...values].reverse());
        expect(await vault.seal([])).toEqual([]);
        expect(await vault.open([])).toEqual([]);
      });

      test('never shows a value in the blob, nor the same blob twice', async () => {
        const origin = originOf(organisation, ada);
        const first = await sealOne(vault, origin, { fullName: 'Ada Lovelace' });
        const second = await sealOne(vault, origin, { fullName: 'Ada Lovelace' });
        expect(first.bytes).not.toBe(second.bytes);
        expect(Buffer.from(first.bytes, 'base64').includes('Ada')).toBe(false);
      });

      test('a blob opens nowhere but where it was sealed', async () => {
        const origin = originOf(organisation, ada);
        const elsewhere = {
          organisationId: newOrganisation(),
          personId: newPerson(),
          scope: dossier(),
          stream: streamName('candidate', randomUUID()),
          eventId: randomUUID() as EventId,
          type: 'CandidateRenamed',
        };
        const blob = await sealOne(vault, origin, { fullName: 'Ada' });
        await vault.admitOrganisation(elsewhere.organisationId);
        for (const part of Object.keys(elsewhere) as (keyof Origin)[]) {
          const moved = { ...origin, [part]: elsewhere[part] };
          await sealOne(vault, moved, { fullName: 'the key of the other place exists' });
          await expect(vault.open([{ ...blob, origin: moved }])).rejects.toThrow(BlobRejected);
        }
        expect(await openOne(vault, blob)).toEqual({ fullName: 'Ada' });
      });

      test('parts of an origin that only join to the same text are different origins', async () => {
        const origin = { ...originOf(organisation, ada), type: 'A","B' };
        const blob = await sealOne(vault, origin, {});
        const shifted = { ...origin, eventId: `${origin.eventId}","A` as EventId, type: 'B' };
        await expect(vault.open([{ ...blob, origin: shifted }])).rejects.toThrow(BlobRejected);
      });

      test('a blob with any one byte changed, cut or added does not open', async () => {
        const blob = await sealOne(vault, originOf(organisation, ada), { fullName: 'Ada' });
        const bytes = Buffer.from(blob.bytes, 'base64');
        const altered = Array.from(bytes, (_, index) => {
          const copy = Buffer.from(bytes);
          copy[index]! ^= 1 << (index % 8);
          return copy;
        });
        altered.push(
          bytes.subarray(1),
          bytes.subarray(0, -1),
          Buffer.concat([bytes, Buffer.of(0)]),
        );
        for (let length = 0; length < bytes.length; length += 7) {
          altered.push(bytes.subarray(0, length));
        }
        for (const copy of altered) {
          const forged = { ...blob, bytes: copy.toString('base64') };
          await expect(vault.open([forged])).rejects.toThrow(BlobRejected);
        }
      });

      test('a blob has one spelling', async () => {
        const blob = await sealOne(vault, originOf(organisation, ada), { fullName: 'Ada' });
        const spellings = [
          `${blob.bytes} `,
          `${blob.bytes}=`,
          blob.bytes.replace(/.$/, ''),
          'é',
          '',
        ];
        for (const bytes of spellings) {
          await expect(vault.open([{ ...blob, bytes }])).rejects.toThrow(BlobRejected);
        }
      });

      test('2,000 blobs swapped among people, dossiers and events never open', async () => {
        const people = Array.from({ length: 20 }, newPerson);
        const scopes = [account, dossier(), dossier()];
        const origins = people.flatMap((person) =>
          scopes.flatMap((scope) => [1, 2].map(() => originOf(organisation, person, scope))),
        );
        const blobs = await vault.seal(
          origins.map((origin) => ({ origin, values: { of: origin } })),
        );
        let opened = 0;
        for (let trial = 0; trial < 2000; trial += 1) {
          const from = trial % blobs.length;
          const to =
            (from + 1 + (Math.floor(trial / blobs.length) % (blobs.length - 1))) % blobs.length;
          const swapped = { origin: blobs[to]!.origin, bytes: blobs[from]!.bytes };
          await vault.open([swapped]).then(
            () => (opened += 1),
            (failure) => expect(failure).toBeInstanceOf(BlobRejected),
          );
        }
        expect(opened).toBe(0);
      });

      test('two sealings at once of a new scope end up with one key', async () => {
        const origins = Array.from({ length: 20 }, () => originOf(organisation, ada, dossier('1')));
        const blobs = await Promise.all(
          origins.map((origin) => sealOne(vault, origin, { origin })),
        );
        expect(await vault.open(blobs)).toEqual(origins.map((origin) => ({ origin })));
      });

      test('one batch may need more keys than are kept ready', async () => {
        const origins = Array.from({ length: 70 }, () => originOf(organisation, newPerson()));
        const blobs = await vault.seal(origins.map((origin) => ({ origin, values: { origin } })));
        expect(await vault.open(blobs)).toEqual(origins.map((origin) => ({ origin })));
      });

      test('an organisation that was not admitted has no keys, and its blobs are erased ones', async () => {
        const stranger = originOf(newOrganisation(), ada);
        await expect(vault.seal([{ origin: stranger, values: {} }])).rejects.toThrow(
          MasterKeyMissing,
        );
        const blob = await sealOne(vault, originOf(organisation, ada), {});
        expect(await openOne(vault, { ...blob, origin: stranger })).toBe(erased);
      });

      test('a closed vault says so', async () => {
        await vault.close();
        const origin = originOf(organisation, ada);
        await expect(vault.seal([{ origin, values: {} }])).rejects.toThrow(VaultClosed);
        await expect(vault.open([{ origin, bytes: '' }])).rejects.toThrow(VaultClosed);
        await expect(vault.destroyPerson(organisation, ada)).rejects.toThrow(VaultClosed);
        await expect(vault.claims.holder(organisation, 'ada@example.org')).rejects.toThrow(
          VaultClosed,
        );
      });
    });

    describe('destroying', () => {
      test('forgets one of two dossiers and leaves the other and the account readable', async () => {
        const kept = dossier();
        const forgotten = dossier();
        const blobs = await vault.seal(
          [account, kept, forgotten].map((scope) => ({
            origin: originOf(organisation, ada, scope),
            values: { scope },
          })),
        );
        await vault.destroyScope(organisation, ada, forgotten);
        expect(await vault.open(blobs)).toEqual([{ scope: account }, { scope: kept }, erased]);
        await sealOne(vault, originOf(organisation, ada, kept), {});
        await expect(
          vault.seal([{ origin: originOf(organisation, ada, forgotten), values: {} }]),
        ).rejects.toMatchObject({ name: 'KeyFenced', personId: ada, scope: forgotten });
      });

      test('forgets a person in every scope and nobody else, in no other organisation', async () => {
        const other = newOrganisation();
        await vault.admitOrganisation(other);
        const grace = newPerson();
        const origins = [
          originOf(organisation, ada),
          originOf(organisation, ada, dossier()),
          originOf(organisation, grace),
          originOf(other, ada),
        ];
        const blobs = await vault.seal(origins.map((origin) => ({ origin, values: { origin } })));
        await vault.destroyPerson(organisation, ada);
        expect(await vault.open(blobs)).toEqual([
          erased,
          erased,
          { origin: origins[2] },
          { origin: origins[3] },
        ]);
      });

      test('an erased person gets no key again, in no scope, by no door', async () => {
        await vault.destroyPerson(organisation, ada);
        for (const scope of [account, dossier()]) {
          const origin = originOf(organisation, ada, scope);
          await expect(vault.seal([{ origin, values: {} }])).rejects.toMatchObject({
            name: 'KeyFenced',
            scope: undefined,
          });
          await expect(vault.mac(organisation, ada, scope, 'input', 'x')).rejects.toThrow(
            KeyFenced,
          );
          expect(await vault.fileKey(organisation, ada, scope)).toBe(erased);
        }
        await expect(vault.claims.claim(organisation, 'ada@example.org', ada, 0)).rejects.toThrow(
          KeyFenced,
        );
      });

      test('may be asked for again, and for what never had a key', async () => {
        const blob = await sealOne(vault, originOf(organisation, ada), {});
        const never = dossier();
        await vault.destroyScope(organisation, ada, never);
        await vault.destroyScope(organisation, ada, never);
        await Promise.all([1, 2, 3].map(() => vault.destroyPerson(organisation, ada)));
        await vault.destroyPerson(organisation, ada);
        await vault.destroyScope(organisation, ada, account);
        expect(await openOne(vault, blob)).toBe(erased);
      });

      test('the whole batch is refused where one of its people is erased', async () => {
        await vault.destroyPerson(organisation, ada);
        const origins = [originOf(organisation, newPerson()), originOf(organisation, ada)];
        await expect(vault.seal(origins.map((origin) => ({ origin, values: {} })))).rejects.toThrow(
          KeyFenced,
        );
      });

      test('a sealing that races a destruction seals before it or is refused, and brings no key back', async () => {
        for (let round = 0; round < 60; round += 1) {
          const person = newPerson();
          const origin = originOf(organisation, person);
          const hasKey = round % 2 === 0;
          if (hasKey) await sealOne(vault, origin, {});
          const sealing = () =>
            vault.seal([{ origin, values: { round } }]).catch((e: unknown) => e);
          const destroying = () => vault.destroyPerson(organisation, person);
          const asked = [sealing, destroying, sealing, destroying].slice(round % 3);
          for (let turn = 0; turn < round % 5; turn += 1) asked.push(sealing);
          const outcomes = await Promise.all(asked.map((ask) => ask()));
          for (const outcome of outcomes) {
            if (Array.isArray(outcome)) {
              expect(await vault.open(outcome as SealedBlob[])).toEqual([erased]);
            }
            if (outcome instanceof Error) expect(outcome).toBeInstanceOf(KeyFenced);
          }
          expect(await sealing()).toBeInstanceOf(KeyFenced);
        }
      });

      test('an opening that races a destruction reads nothing once it is over', async () => {
        const blob = await sealOne(vault, originOf(organisation, ada), { fullName: 'Ada' });
        const destroyed = vault.destroyPerson(organisation, ada);
        await Promise.all([vault.open([blob]), destroyed]);
        expect(await openOne(vault, blob)).toBe(erased);
      });
    });

    atOnce(() => ({ vault, organisation, ada, ...(openBeside && { openBeside }) }));

    describe('keyed hashes', () => {
      test('are the same for the same input and differ by person, scope, purpose and data', async () => {
        const mac = (person: PersonId, scope: Scope, purpose: string, data: string | Uint8Array) =>
          vault.mac(organisation, person, scope, purpose, data);
        const first = await mac(ada, account, 'input', 'data');
        expect(first).toMatch(/^[0-9a-f]{64}$/);
        expect(await mac(ada, account, 'input', Buffer.from('data'))).toBe(first);
        const others = await Promise.all([
          mac(newPerson(), account, 'input', 'data'),
          mac(ada, dossier(), 'input', 'data'),
          mac(ada, account, 'file', 'data'),
          mac(ada, account, 'input', 'date'),
          mac(ada, account, 'inputd', 'ata'),
          mac(ada, account, '', 'inputdata'),
        ]);
        expect(new Set([first, ...others]).size).toBe(7);
      });

      test("of an organisation differ by organisation and purpose and outlive its people's keys", async () => {
        const other = newOrganisation();
        await vault.admitOrganisation(other);
        const first = await vault.organisationMac(organisation, 'invitation', 'data');
        await vault.destroyPerson(organisation, ada);
        expect(await vault.organisationMac(organisation, 'invitation', 'data')).toBe(first);
        expect(await vault.organisationMac(organisation, 'link', 'data')).not.toBe(first);
        expect(await vault.organisationMac(other, 'invitation', 'data')).not.toBe(first);
        await expect(vault.organisationMac(newOrganisation(), 'x', 'y')).rejects.toThrow(
          MasterKeyMissing,
        );
      });
    });

    describe('files', () => {
      const scope = 'file-1' as Scope;
      const cipherOf = async (person: PersonId, own = scope) =>
        (await vault.fileKey(organisation, person, own)) as FileCipher;
      const pieces = [randomBytes(1000), randomBytes(1000), randomBytes(0)];
      const last = pieces.length - 1;

      test('give back their chunks, with a cipher asked for later too', async () => {
        const writing = await cipherOf(ada);
        const chunks = pieces.map((piece, index) => writing.encrypt(index, index === last, piece));
        const reading = await cipherOf(ada);
        const read = chunks.map((chunk, index) => reading.decrypt(index, index === last, chunk));
        expect(read.map((bytes) => Buffer.from(bytes))).toEqual(pieces);
      });

      test('cut short, reordered, altered or mixed with another file are noticed', async () => {
        const cipher = await cipherOf(ada);
        const [first, second] = pieces.map((piece, index) =>
          cipher.encrypt(index, index === last, piece),
        );
        const wrong: (() => unknown)[] = [
          () => cipher.decrypt(1, true, second!),
          () => cipher.decrypt(1, false, first!),
          () => cipher.decrypt(0, false, second!),
          () => cipher.decrypt(0, false, first!.subarray(0, -1)),
          () =>
            cipher.decrypt(
              0,
              false,
              first!.map((byte, at) => (at === 90 ? byte ^ 1 : byte)),
            ),
          () => cipher.decrypt(0, false, new Uint8Array()),
        ];
        const other = await cipherOf(ada, 'file-2' as Scope);
        const stranger = await cipherOf(newPerson());
        wrong.push(
          () => other.decrypt(0, false, first!),
          () => stranger.decrypt(0, false, first!),
        );
        for (const read of wrong) expect(read).toThrow(BlobRejected);
      });

      test('are erased with their scope, under the hands of who still holds the cipher', async () => {
        const cipher = await cipherOf(ada);
        const other = await cipherOf(ada, 'file-2' as Scope);
        const chunk = cipher.encrypt(0, true, pieces[0]!);
        await vault.destroyScope(organisation, ada, scope);
        expect(() => cipher.decrypt(0, true, chunk)).toThrow(KeyFenced);
        expect(() => cipher.encrypt(1, true, chunk)).toThrow(KeyFenced);
        expect(await vault.fileKey(organisation, ada, scope)).toBe(erased);
        expect(other.decrypt(0, true, other.encrypt(0, true, chunk))).toEqual(chunk);
      });
    });

    describe('e-mail claims', () => {
      const email = 'ada@example.org';

      test('give an address to one person of an organisation, however it is spelled', async () => {
        const { claims } = vault;
        expect(await claims.claim(organisation, '  Ada.É@Example.org ', ada, 0)).toBe('claimed');
        const grace = newPerson();
        for (const spelling of [
          'ada.é@example.org',
          'ADA.E\u0301@EXAMPLE.ORG',
          'Ada.É@example.org\n',
        ]) {
          expect(await claims.claim(organisation, spelling, grace, 1)).toBe('taken');
          expect(await claims.holder(organisation, spelling)).toBe(ada);
        }
        expect(await claims.claim(organisation, 'ada.e@example.org', grace, 1)).toBe('claimed');
        expect(await claims.holder(organisation, 'nobody@example.org')).toBeUndefined();
      });

      test('are apart in each organisation', async () => {
        const other = newOrganisation();
        const grace = newPerson();
        await vault.admitOrganisation(other);
        await vault.claims.claim(organisation, email, ada, 0);
        expect(await vault.claims.claim(other, email, grace, 0)).toBe('claimed');
        expect(await vault.claims.holder(organisation, email)).toBe(ada);
      });

      test('have one winner when twenty people ask at once', async () => {
        const people = Array.from({ length: 20 }, newPerson);
        const outcomes = await Promise.all(
          people.map((person) => vault.claims.claim(organisation, email, person, 0)),
        );
        expect(outcomes.filter((outcome) => outcome === 'claimed')).toHaveLength(1);
        const winner = people[outcomes.indexOf('claimed')];
        expect(await vault.claims.holder(organisation, email)).toBe(winner);
      });

      test('pass to another person only when unconfirmed for more than 15 minutes', async () => {
        const { claims } = vault;
        const grace = newPerson();
        await claims.claim(organisation, email, ada, 0);
        expect(await claims.claim(organisation, email, grace, minutes(15))).toBe('taken');
        expect(await claims.claim(organisation, email, ada, minutes(10))).toBe('claimed');
        expect(await claims.claim(organisation, email, grace, minutes(15) + 1)).toBe('taken');
        expect(await claims.claim(organisation, email, grace, minutes(25) + 1)).toBe('claimed');
        expect(await claims.holder(organisation, email)).toBe(grace);
        await claims.confirm(organisation, grace);
        expect(await claims.claim(organisation, email, ada, minutes(1e6))).toBe('taken');
        expect(await claims.claim(organisation, email, grace, minutes(1e6))).toBe('claimed');
      });

      test('are given back while unconfirmed, and only then', async () => {
        const { claims } = vault;
        await claims.claim(organisation, email, ada, 0);
        await claims.release(organisation, ada);
        await claims.release(organisation, ada);
        expect(await claims.holder(organisation, email)).toBeUndefined();
        await claims.claim(organisation, email, ada, 0);
        await claims.confirm(organisation, ada);
        await claims.release(organisation, ada);
        expect(await claims.holder(organisation, email)).toBe(ada);
      });

      test('that wait for their registration are told by when they were made, the oldest first', async () => {
        const { claims } = vault;
        const [grace, joan, mary] = [newPerson(), newPerson(), newPerson()];
        const of = async (before: number) =>
          (await claims.unconfirmed(before))
            .filter((waiting) => waiting.organisationId === organisation)
            .map(({ personId }) => personId);
        await claims.claim(organisation, 'grace@example.org', grace, minutes(2));
        await claims.claim(organisation, 'joan@example.org', joan, minutes(1));
        await claims.claim(organisation, 'mary@example.org', mary, minutes(3));
        expect(await of(minutes(1) - 1)).toEqual([]);
        expect(await of(minutes(1))).toEqual([joan]);
        expect(await of(minutes(9))).toEqual([joan, grace, mary]);
        await claims.claim(organisation, 'joan@example.org', joan, minutes(5));
        expect(await of(minutes(9))).toEqual([grace, mary, joan]);
        await claims.confirm(organisation, grace);
        await claims.release(organisation, mary);
        expect(await of(minutes(9))).toEqual([joan]);
        await vault.destroyPerson(organisation, joan);
        expect(await of(minutes(9))).toEqual([]);
      });

      changedAddress({
        vault: () => vault,
        organisation: () => organisation,
        ada: () => ada,
      });

      test('go with the person, and the address is free again', async () => {
        const { claims } = vault;
        await claims.claim(organisation, email, ada, 0);
        await claims.confirm(organisation, ada);
        await vault.destroyScope(organisation, ada, dossier());
        expect(await claims.holder(organisation, email)).toBe(ada);
        await vault.destroyPerson(organisation, ada);
        expect(await claims.holder(organisation, email)).toBeUndefined();
        expect(await claims.claim(organisation, email, newPerson(), 1)).toBe('claimed');
        await claims.confirm(organisation, ada);
      });

      test('and keys go with erasures up to a position that is noted with them', async () => {
        expect(await vault.erasedUpTo()).toBe(START);
        await vault.noteErasedUpTo(7 as Position);
        await vault.noteErasedUpTo(3 as Position);
        expect(await vault.erasedUpTo()).toBe(7);
        await vault.noteErasedUpTo(8 as Position);
        expect(await vault.erasedUpTo()).toBe(8);
      });

      test('are refused for an organisation that was not admitted', async () => {
        await expect(vault.claims.claim(newOrganisation(), email, ada, 0)).rejects.toThrow(
          MasterKeyMissing,
        );
      });
    });
  });
};
