import { integrator, mayReadPersonal, type IntegratorState } from '@vivier/domain';
import type { Principal } from '@vivier/identity';
import type { House } from '../../house/house.ts';

/** So long an answer of the log is believed while one page is read, in ms. */
const BELIEVED_MS = 1_000;

/** Whether one integrator was granted personal values, asked of the log again and again. */
export class PersonalAccess {
  readonly #house: Pick<House, 'load'>;
  readonly #whose: Pick<Principal, 'organisationId' | 'accountId'>;
  #answer: Promise<boolean> | undefined;
  #askedAt = 0;

  constructor(house: Pick<House, 'load'>, whose: Pick<Principal, 'organisationId' | 'accountId'>) {
    this.#house = house;
    this.#whose = whose;
  }

  /** What was answered before is not believed any more. */
  renew(): void {
    this.#answer = undefined;
  }

  isGranted(): Promise<boolean> {
    const now = performance.now();
    if (this.#answer && now - this.#askedAt < BELIEVED_MS) return this.#answer;
    this.#askedAt = now;
    return (this.#answer = this.#ask());
  }

  async #ask(): Promise<boolean> {
    const { organisationId, accountId } = this.#whose;
    const { state } = await this.#house.load(organisationId, integrator, accountId);
    return mayReadPersonal(state as IntegratorState);
  }
}
