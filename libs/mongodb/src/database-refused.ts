/** A database cannot be used; the message is one sentence that says what to do, without any secret. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
}
