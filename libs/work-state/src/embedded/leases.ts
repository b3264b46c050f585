import { checkTime, type Lease, type Leases } from '../leases.ts';

/**
 * Leases where one process owns the folder: what it has ends with it, and no other process wants it. So
 * nothing is stored, nothing runs out, and the first holder's number is 1 in every process.
 */
export class EmbeddedLeases implements Leases {
  readonly #numbers = new Map<string, number>();
  readonly #held = new Map<string, Lease>();

  async acquire(name: string, _holder: string, ms: number): Promise<Lease | undefined> {
    checkTime(ms);
    if (this.#held.has(name)) return undefined;
    const number = (this.#numbers.get(name) ?? 0) + 1;
    const lease = { name, number, until: Infinity };
    this.#numbers.set(name, number);
    this.#held.set(name, lease);
    return lease;
  }

  async renew({ name, number }: Lease, ms: number): Promise<Lease | undefined> {
    checkTime(ms);
    const held = this.#held.get(name);
    return held?.number === number ? held : undefined;
  }

  async release({ name, number }: Lease): Promise<void> {
    if (this.#held.get(name)?.number === number) this.#held.delete(name);
  }
}
