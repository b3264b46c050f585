// Beats as often as it is told, whatever the thread that listens does meanwhile.
import { parentPort, workerData } from 'node:worker_threads';

const { period } = workerData;
const cell = new Int32Array(new SharedArrayBuffer(4));
const now = () => Number(process.hrtime.bigint()) / 1e6;
const first = now();
for (let beat = 1; ; beat += 1) {
  const wait = first + beat * period - now();
  if (wait > 0) Atomics.wait(cell, 0, 0, wait);
  parentPort.postMessage(now());
}
