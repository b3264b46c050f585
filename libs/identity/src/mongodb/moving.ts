import { isDeepStrictEqual } from 'node:util';
import { addMissing, inBatches, rowsById } from '@vivier/mongodb/driver';
import { bucketOf } from '../accounts.ts';
import { AccountsToMove, type AccountToMove } from '../embedded/accounts-to-move.ts';
import type { AccountsMove, MovedAccounts } from '../moving.ts';
import type { Organisation } from '../port.ts';
import { prepareRows, rowsIn, type AccountRow, type OrganisationRow } from './collections.ts';
import { openSecret, sealSecret, type AccountSecrets } from './secrets.ts';

const withSource = async <T>(
  { file }: AccountsMove,
  work: (source: AccountsToMove) => Promise<T>,
): Promise<T> => {
  const source = new AccountsToMove(file);
  try {
    return await work(source);
  } finally {
    source.close();
  }
};

function* living(
  source: AccountsToMove,
  { isErased }: Pick<AccountsMove, 'isErased'>,
): Generator<AccountToMove> {
  for (const account of source.accounts()) {
    const { organisationId, personId, accountId } = account;
    if (!isErased(organisationId, personId, accountId)) yield account;
  }
}

const organisationRow = ({ organisationId, ...facts }: Organisation): OrganisationRow => ({
  _id: organisationId,
  ...facts,
});

/** All of an account's row but what is sealed. */
const openPart = (account: AccountToMove): Omit<AccountRow, 'secret'> => ({
  _id: account.accountId,
  organisation: account.organisationId,
  person: account.personId,
  role: account.role,
  sealedName: account.sealedName,
  disabledAt: account.disabledAt,
  bucket: bucketOf(account.address),
  known: account.known,
  turns: 0,
});

/** See `../moving.ts`. */
export const moveAccounts = (move: AccountsMove): Promise<MovedAccounts> =>
  withSource(move, async (source) => {
    const rows = rowsIn(move.db);
    await prepareRows(rows);
    const organisations = source.organisations();
    for (const batch of inBatches(organisations))
      await addMissing(rows.organisations, batch.map(organisationRow));
    let accounts = 0;
    for (const batch of inBatches(living(source, move))) {
      const rowOf = await rowsById(
        rows.accounts,
        batch.map(({ accountId }) => accountId),
      );
      for (const account of batch) {
        // Each of them with a key of its own, which is made now: one by one.
        if (rowOf(account.accountId) === undefined) {
          const secret = await sealSecret(move.secrets, account, account);
          await addMissing(rows.accounts, [{ ...openPart(account), secret }]);
        }
        accounts += 1;
        move.tell?.(accounts);
      }
    }
    return { organisations: organisations.length, accounts, differing: 0 };
  });

const isSame = async (
  account: AccountToMove,
  row: AccountRow,
  secrets: AccountSecrets,
): Promise<boolean> => {
  const { secret: _secret, ...rest } = row;
  if (!isDeepStrictEqual(rest, openPart(account))) return false;
  const secret = await openSecret(secrets, row);
  return secret?.password === account.password && secret?.address.equals(account.address) === true;
};

/** See `../moving.ts`. */
export const compareAccounts = (move: AccountsMove): Promise<MovedAccounts> =>
  withSource(move, async (source) => {
    const rows = rowsIn(move.db);
    const organisations = source.organisations();
    let accounts = 0;
    let differing = 0;
    for (const batch of inBatches(organisations.map(organisationRow))) {
      const rowOf = await rowsById(
        rows.organisations,
        batch.map(({ _id }) => _id),
      );
      for (const row of batch) if (!isDeepStrictEqual(rowOf(row._id), row)) differing += 1;
    }
    for (const batch of inBatches(living(source, move))) {
      const rowOf = await rowsById(
        rows.accounts,
        batch.map(({ accountId }) => accountId),
      );
      for (const account of batch) {
        const row = rowOf(account.accountId);
        if (!row || !(await isSame(account, row, move.secrets))) differing += 1;
      }
      accounts += batch.length;
      move.tell?.(accounts);
    }
    differing += Math.abs((await rows.organisations.countDocuments()) - organisations.length);
    differing += Math.abs((await rows.accounts.countDocuments()) - accounts);
    return { organisations: organisations.length, accounts, differing };
  });
