/** Ends with status 2: the command was not given as it must be. */
export class UsageError extends Error {}
