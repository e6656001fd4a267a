import { startEmbeddedDatabase, type TestDatabase } from "./embedded-database.ts";
import { s3Environment, startS3 } from "./s3.ts";
import { TestServer } from "./test-server.ts";
import { startPostgres } from "./true-postgres.ts";

export interface Deployment {
  server: TestServer;
  close: () => Promise<void>;
}

/** The two databases alone, for tests that start and stop servers themselves. */
export const DATABASES: { name: string; start: () => Promise<TestDatabase> }[] = [
  { name: "PGlite", start: startEmbeddedDatabase },
  { name: "Postgres", start: startPostgres },
];

/** The two ways a server is run, for `describe.each`: all embedded, and on a true Postgres and a true S3 store. */
export const DEPLOYMENTS: {
  name: string;
  start: (environment?: Record<string, string>) => Promise<Deployment>;
}[] = [
  {
    name: "PGlite and disk",
    async start(environment = {}) {
      const database = await startEmbeddedDatabase();
      const server = await TestServer.start(database, environment);
      return {
        server,
        async close() {
          await server.close();
          await database.close();
        },
      };
    },
  },
  {
    name: "Postgres and S3",
    async start(environment = {}) {
      const [database, s3] = await Promise.all([startPostgres(), startS3()]);
      const server = await TestServer.start(database, { ...s3Environment(s3), ...environment });
      return {
        server,
        async close() {
          await server.close();
          await Promise.all([database.close(), s3.close()]);
        },
      };
    },
  },
];
