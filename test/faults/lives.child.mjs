// Sends commands to a folder of its own until it is killed. Every line on its standard output says what
// it is about to send, or what it was told; the specs beside it compare them with what the folder holds
// afterwards.
import { createInterface } from 'node:readline';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { application } from '@vivier/domain';
import { derive, newIdOf } from '@vivier/runtime';
// Not by way of the package: the API is not needed, and loading it takes longer than most lives.
import { depositDocument } from '../../apps/server/src/house/deposits.ts';
import { openHouse } from '../../apps/server/src/house/house.ts';
import { silentLog } from '../../apps/server/src/house/log.ts';
import { registerCandidate } from '../../apps/server/src/house/registration.ts';

const say = (what) => writeSync(1, `${JSON.stringify(what)}\n`);
const die = () => process.kill(process.pid, 'SIGKILL');

/** Resolves with the order that the parent gives on standard input. */
const order = () =>
  new Promise((resolve) => {
    createInterface({ input: process.stdin }).once('line', (line) => resolve(JSON.parse(line)));
  });

say({ kind: 'born' });
const given = await order();
const { folder, organisationId, invitation, invitationId, passwordCost, lives, prefix } = given;
const { fate, end, erases } = given;
// Others die at a place inside the product that they pass for the nth time.
let passed = 0;
const faults = end && { at: (point) => point === end.point && ++passed === end.nth && die() };
say({ kind: 'opening' });
const house = await openHouse({ folder, purpose: 'lives', log: silentLog, passwordCost, faults });

// Some die at a certain place: around the append of an event with a certain name.
if (fate) {
  const append = house.store.append.bind(house.store);
  house.store.append = async (organisation, stream, expected, records) => {
    const meant = records.some(({ type }) => type.startsWith(`${fate.event}.`));
    if (meant && fate.when === 'before') die();
    const appended = await append(organisation, stream, expected, records);
    if (meant && fate.when === 'after') die();
    return appended;
  };
}
say({ kind: 'open' });

const operatorId = derive('operator', organisationId);
const operator = { kind: 'account', id: operatorId, role: 'operator', personId: operatorId };

/** The steps of one candidate; all of its ids derive from its name, so that it may begin again. */
const live = async (name) => {
  const step = async (what, work) => {
    const commandId = derive('life', name, what);
    say({ kind: 'sent', life: name, what, commandId });
    const outcome = await work(commandId);
    if ('rejected' in outcome) {
      say({ kind: 'refused', life: name, what, code: outcome.rejected });
      return die();
    }
    const { key, events, revision, position } = outcome;
    say({
      kind: 'done',
      life: name,
      what,
      commandId,
      key,
      revision,
      position,
      events: events.map(({ id }) => id),
    });
    return outcome;
  };

  const { key: candidateId } = await step('register', (commandId) =>
    registerCandidate(house, {
      invitation,
      fullName: `${name} Exemple`,
      email: `${name}@example.org`,
      password: `password of ${name}`,
      commandId,
    }),
  );
  const self = { kind: 'account', id: candidateId, role: 'candidate', personId: candidateId };
  const send = (what, command, input, more = {}) =>
    step(what, (commandId) =>
      house.execute({ name: command, input, organisationId, by: self, commandId, ...more }),
    );
  const deposit = (what, documentId) =>
    step(what, async (commandId) => {
      const uploadId = newIdOf({ organisationId, by: self, commandId, name: 'RequestUpload' });
      const owner = { organisationId, personId: candidateId, accountId: candidateId };
      const answer = await house.files.requestUpload({ ...owner, uploadId });
      const bytes = Buffer.from(`{\\rtf1\\ansi ${name} ${what}\\par}`);
      if (answer.state === 'open') await house.files.receive(answer.token, [bytes].values());
      return depositDocument(house, {
        organisationId,
        by: self,
        commandId,
        uploadId,
        fileName: `${what}.rtf`,
        ...(documentId && { documentId }),
      });
    });

  await send('consent', 'GrantConsent', {
    purpose: 'recruitment',
    textVersion: 'recruitment-1',
    channel: 'online',
  });
  const { key: applicationId } = await send('start', 'StartApplication', { invitationId });
  const added = await deposit('add');
  const { documentId } = added.events[0].data;
  await send('select', 'SelectDocument', { applicationId, item: 'cv', documentId });

  const decide = async (what, command, input) => {
    const { revision: seen } = await house.load(organisationId, application, applicationId);
    await send(what, command, { applicationId, documentId, ...input }, { by: operator, seen });
  };
  await decide('accept', 'AcceptDocument', { version: 1 });
  await decide('comment', 'CommentOnDocument', { version: 1, comment: `About ${name}.` });
  await decide('refuse', 'RefuseDocument', { version: 1, reason: `Because of ${name}.` });
  const replaced = await deposit('replace', documentId);
  await house.sagas.settled.reached(replaced.position);
  await decide('accept again', 'AcceptDocument', { version: 2 });
  await deposit('replace again', documentId);
  const last = await deposit('replace once more', documentId);
  if (erases) {
    // What a saga has still to do for somebody is done first.
    await house.sagas.settled.reached(last.position);
    await house.settled();
    say({ kind: 'erasing', life: name, key: candidateId, slots: slotsOf(candidateId) });
    await house.vault.destroyPerson(organisationId, candidateId);
    say({ kind: 'erased', life: name });
  }
  say({ kind: 'over', life: name });
};

/** The bytes that must go from the disk: of somebody's keys and of the claim of their address. */
function slotsOf(personId) {
  const keys = new DatabaseSync(join(folder, 'keys.sqlite'), { readOnly: true });
  const of = (table) => `SELECT slot FROM ${table} WHERE person = ?1`;
  const rows = keys
    .prepare(
      `SELECT hex(bytes) AS hex FROM slots WHERE id IN (${of('keys')} UNION ${of('claims')})`,
    )
    .all(personId);
  keys.close();
  return rows.map(({ hex }) => hex);
}

const waiting = [...lives];
let count = 0;
const next = () => waiting.shift() ?? `${prefix}-${(count += 1)}`;
if (fate) await live(next());
else
  await Promise.all(
    [1, 2, 3, 4].map(async () => {
      for (;;) await live(next());
    }),
  );
