const NAME = "easel-model-books";

/**
 * The store's books (which models are here or wanted, which files they need) are changed by one call of one tab at a
 * time. Without Web Locks, a browser has no workers that could write here either.
 */
export async function atTheBooks<Value>(run: () => Promise<Value>): Promise<Value> {
  return navigator.locks.request(NAME, run);
}

/** Reads the books while nobody changes them: a record that is replaced meanwhile can't be read to its end. */
export async function lookingAtTheBooks<Value>(run: () => Promise<Value>): Promise<Value> {
  return navigator.locks.request(NAME, { mode: "shared" }, run);
}
