import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Actor, CommandId, OrganisationId } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { administer, openHouse, silentLog, type FaultPoint, type House } from '@vivier/server';
import { child } from '../support/child.ts';
import { cheap } from '../support/running.ts';

/** What a child says before it dies. */
export interface Said {
  readonly kind:
    'born' | 'opening' | 'open' | 'sent' | 'done' | 'erasing' | 'erased' | 'over' | 'refused';
  readonly life?: string;
  readonly what?: string;
  readonly code?: string;
  readonly commandId?: string;
  readonly key?: string;
  readonly revision?: number;
  readonly position?: number;
  readonly events?: readonly string[];
  /** In hex, what holds the keys of somebody who is being erased. */
  readonly slots?: readonly string[];
}

/** A folder in which lives are lived, and what has been said about it so far. */
export interface Place {
  readonly folder: string;
  readonly organisationId: OrganisationId;
  readonly invitation: string;
  readonly invitationId: string;
  /** Every command that was about to be sent, and every answer that was heard, by command id. */
  readonly sent: Set<string>;
  readonly told: Map<string, Said>;
  /** Lives that have begun and are not over. */
  readonly unfinished: Set<string>;
  /** Those whose erasure was asked for, by name, and those of them to whom it was confirmed. */
  readonly erasing: Map<string, Said>;
  readonly erased: Set<string>;
}

/** Opens a folder, at this moment or so many ms later. */
export const open = (folder: string, later = 0): Promise<House> =>
  openHouse({
    folder,
    purpose: 'specs',
    // Standing still is an answer of the house's health, which is looked at.
    log: silentLog,
    clock: { now: () => Date.now() + later },
    passwordCost: cheap,
  });

/** Makes an organisation with an invitation in a folder of its own. */
export const settle = async (): Promise<Place> => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-lives-'));
  const house = await open(folder);
  await administer(house, { do: 'createOrganisation', slug: 'maison', name: 'The house' });
  const [organisation] = await house.identity.organisations();
  const organisationId = organisation?.organisationId as OrganisationId;
  const by: Actor = { kind: 'account', id: derive('admin'), role: 'admin' };
  const send = async (name: string, input: object) => {
    const commandId = derive('settling', name) as CommandId;
    const outcome = await house.execute({ name, input, organisationId, by, commandId });
    if ('rejected' in outcome) throw new Error(outcome.message);
    return outcome.events[0]?.data as { readonly invitationId?: string };
  };
  await send('SetChecklist', { items: [{ key: 'cv', label: 'CV', required: true }] });
  const { invitationId = '' } = await send('CreateInvitation', { campaign: 'Home care' });
  const mac = await house.vault.organisationMac(organisationId, 'invitation-link', invitationId);
  await house.close();
  const hex = (id: string) => id.replaceAll('-', '');
  return {
    folder,
    organisationId,
    invitationId,
    invitation: Buffer.from(
      hex(organisationId) + hex(invitationId) + mac.slice(0, 32),
      'hex',
    ).toString('base64url'),
    sent: new Set(),
    told: new Map(),
    unfinished: new Set(),
    erasing: new Map(),
    erased: new Set(),
  };
};

export const leave = ({ folder }: Place): Promise<void> => rm(folder, { recursive: true });

const waiting = new Set<ReturnType<typeof child>>();
// One that a failed test leaves behind would keep the run from ending.
afterAll(() => waiting.forEach((process) => process.kill('SIGKILL')));

/** A process that has loaded everything and waits to be told where to live. */
export const born = () => {
  const process = child(new URL('./lives.child.mjs', import.meta.url), []);
  waiting.add(process);
  process.once('close', () => waiting.delete(process));
  let errors = '';
  process.stderr.on('data', (piece: Buffer) => {
    errors += piece.toString('utf8');
  });
  // A child that is killed before it has read its order closes the pipe under the writer.
  process.stdin.on('error', () => undefined);
  return { process, errors: () => errors, closed: once(process, 'close') };
};
export type Child = ReturnType<typeof born>;

export interface Fate {
  /** Around the append of an event with this name. */
  readonly event: string;
  readonly when: 'before' | 'after';
}

/** It dies when it passes a place inside the product for the nth time. */
export interface End {
  readonly point: FaultPoint;
  readonly nth: number;
}

/**
 * Lets a child live in a place until it dies: by its fate, at its end, or killed as soon as `isTime` says so of
 * something that it said. Resolves with what it said, once it is dead.
 */
export const lifetime = async (
  { process, errors, closed }: Child,
  place: Place,
  order: {
    readonly prefix: string;
    readonly fate?: Fate;
    readonly end?: End;
    /** Whether everybody is erased at the end of their life. */
    readonly erases?: boolean;
  },
  isTime: (said: Said, count: number) => boolean = () => false,
): Promise<readonly Said[]> => {
  const { folder, organisationId, invitation, invitationId, sent, told, unfinished } = place;
  const lives = [...unfinished];
  const instruction = { folder, organisationId, invitation, invitationId, lives, ...order };
  process.stdin.write(`${JSON.stringify({ ...instruction, passwordCost: cheap })}\n`);
  const heard: Said[] = [];
  for await (const line of createInterface({ input: process.stdout })) {
    let said: Said;
    try {
      said = JSON.parse(line) as Said;
    } catch {
      // The last line may be cut off: it counts only where it is whole.
      continue;
    }
    heard.push(said);
    const { kind, life = '', commandId = '' } = said;
    if (kind === 'sent') sent.add(commandId);
    if (kind === 'sent') unfinished.add(life);
    if (kind === 'over') unfinished.delete(life);
    // Nobody comes back: a life that is being erased is not gone on with.
    if (kind === 'erasing') unfinished.delete(life);
    if (kind === 'erasing') place.erasing.set(life, said);
    if (kind === 'erased') place.erased.add(life);
    if (kind === 'done') {
      const { kind: _, ...before } = told.get(commandId) ?? said;
      const { kind: __, ...now } = said;
      // A repetition is told what the first one was told.
      if (JSON.stringify(before) !== JSON.stringify(now))
        throw new Error(`Told twice, differently: ${JSON.stringify([before, now])}`);
      told.set(commandId, said);
    }
    if (isTime(said, heard.length)) process.kill('SIGKILL');
  }
  const [, signal] = (await closed) as [unknown, string | null];
  if (signal !== 'SIGKILL' || errors() !== '')
    throw new Error(`A child ended by itself (${String(signal)}): ${errors()}`);
  return heard;
};
