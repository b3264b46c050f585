import type { ClientSession, Collection } from 'mongodb';
import type { OrganisationId } from '@vivier/kernel';
import type { Reached, SagaSettings, Unreached } from '../port.ts';
import type { SettingsRow } from './collections.ts';

const settingsId = (saga: string, organisation: OrganisationId): SettingsRow['_id'] => ({
  saga,
  organisation,
});

/** Settings of organisations, and how far they have come among the instances. */
export class MongoSettings {
  constructor(private readonly rows: Collection<SettingsRow>) {}

  async of(saga: string, organisationId: OrganisationId): Promise<string | undefined> {
    return (await this.rows.findOne({ _id: settingsId(saga, organisationId) }))?.settings;
  }

  /** Of every saga: the ones that are not to be sent from. There are few rows, and seldom one. */
  async unreached(): Promise<readonly (Unreached & { readonly saga: string })[]> {
    const rows = await this.rows.find({ reached: { $ne: null } }, { sort: { _id: 1 } }).toArray();
    return rows.map(({ _id, reached }) => ({
      saga: _id.saga,
      organisationId: _id.organisation,
      after: reached ?? '',
    }));
  }

  async keep(saga: string, all: readonly SagaSettings[], session: ClientSession): Promise<void> {
    for (const { organisationId, settings } of all)
      await this.rows.updateOne(
        { _id: settingsId(saga, organisationId) },
        { $set: { settings, reached: '' } },
        { session, upsert: true },
      );
  }

  /** Whether they stood where they were expected. */
  async reach(
    saga: string,
    { organisationId, after, upTo }: Reached,
    session: ClientSession,
  ): Promise<boolean> {
    const { matchedCount } = await this.rows.updateOne(
      { _id: settingsId(saga, organisationId), reached: after },
      { $set: { reached: upTo ?? null } },
      { session },
    );
    return matchedCount === 1;
  }
}
