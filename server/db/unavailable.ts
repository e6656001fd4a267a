/** Of a socket, while it is connected or afterwards. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * Postgres' own words (its SQLSTATEs, appendix A): it can't be connected to (08), lacks disk, memory or connections
 * (53), is being shut down or started (57P01 to 57P03), fails to read or write its files (58030), or has ended a
 * statement (57014) or a silent session (25P03) whose time was over.
 */
const SQL_STATES = /^(08...|53...|57P0[123]|58030|57014|25P03)$/;

/** What node-postgres and its pool give no code. */
const MESSAGES: ReadonlySet<string> = new Set([
  "Connection terminated",
  "Connection terminated unexpectedly",
  "Connection terminated due to connection timeout",
  "Client has encountered a connection error and is not queryable",
  "Client was closed and is not queryable",
  "timeout exceeded when trying to connect",
  "timeout expired",
]);

/**
 * Whether an error says that the database can't be reached, went away in the middle, or has no room: nobody's
 * mistake, and gone when the database is back.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && (NETWORK_CODES.has(code) || SQL_STATES.test(code))) return true;
  // No such socket, no such host: the same codes of other calls are about files.
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (MESSAGES.has(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  return isDatabaseUnavailable(error.cause);
}
