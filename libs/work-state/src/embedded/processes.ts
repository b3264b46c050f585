import { checkTime } from '../leases.ts';
import {
  canRead,
  checkReads,
  type EventVersions,
  type ProcessEntry,
  type Processes,
} from '../processes.ts';

/**
 * The register where one process owns the folder: it ends with that process. So nothing is stored, and
 * nobody's time runs out.
 */
export class EmbeddedProcesses implements Processes {
  readonly #entered = new Map<string, ProcessEntry>();
  readonly #written = new Map<string, number>();

  async enter(process: ProcessEntry, ms: number): Promise<EventVersions> {
    checkTime(ms);
    checkReads(process.reads, this.#written);
    this.#entered.set(process.id, process);
    return new Map(this.#written);
  }

  async renew(id: string, ms: number): Promise<boolean> {
    checkTime(ms);
    return this.#entered.has(id);
  }

  async leave(id: string): Promise<void> {
    this.#entered.delete(id);
  }

  async allow(type: string, version: number): Promise<readonly ProcessEntry[]> {
    if (canRead(this.#written, type, version)) return [];
    const late = [...this.#entered.values()].filter(({ reads }) => !canRead(reads, type, version));
    if (late.length === 0) this.#written.set(type, version);
    return late;
  }
}
