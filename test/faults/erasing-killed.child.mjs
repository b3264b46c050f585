// Opens a folder, writes an erasure into its log unless it is there, and lets everything follow. Where it is
// told so, it dies at a place inside the product that it passes for the nth time.
import { createInterface } from 'node:readline';
import { handSetClock } from '@vivier/kernel';
// Not by way of the package: the API is not needed, and loading it takes longer than most lives.
import { openHouse } from '../../apps/server/src/house/house.ts';
import { silentLog } from '../../apps/server/src/house/log.ts';
import { writeErasure, writeForgetting } from '../support/erased.ts';

/** Resolves with the order that the parent gives on standard input. */
const order = () =>
  new Promise((resolve) => {
    createInterface({ input: process.stdin }).once('line', (line) => resolve(JSON.parse(line)));
  });

const { folder, at, organisationId, candidateId, applicationId, point, nth } = await order();
let passed = 0;
const faults = {
  at: (here) => here === point && ++passed === nth && process.kill(process.pid, 'SIGKILL'),
};
const clock = handSetClock(at);
const house = await openHouse({ folder, purpose: 'erasing', log: silentLog, clock, faults });
if (applicationId === undefined) await writeErasure(house, organisationId, candidateId);
else await writeForgetting(house, organisationId, candidateId, applicationId);
await house.settled();
await house.close();
process.exit(0);
