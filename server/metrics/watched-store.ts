import type { ObjectStore } from "../storage/object-store.ts";
import type { Metrics } from "./metrics.ts";

const OPERATIONS: ReadonlySet<string | symbol> = new Set<keyof ObjectStore>([
  "presignGet",
  "presignPut",
  "head",
  "read",
  "put",
  "delete",
  "check",
]);

/** The same store, whose failed calls are counted. It is still an instance of its class. */
export function watchedStore<Store extends ObjectStore>(store: Store, metrics: Metrics): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      const call = member as (...args: unknown[]) => unknown;
      if (!OPERATIONS.has(name)) return call.bind(target);
      return async (...args: unknown[]) => {
        try {
          return await call.apply(target, args);
        } catch (error) {
          metrics.storageErrors.inc({ operation: String(name) });
          throw error;
        }
      };
    },
  });
}
