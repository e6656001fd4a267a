import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { builtProgram } from "../tests/built-programs.ts";
import { newDataFolder, startEmbeddedDatabase } from "../tests/embedded-database.ts";
import { TestServer, WORKER_TOKEN } from "../tests/test-server.ts";
import { until } from "../tests/until.ts";
import { workerCommand } from "./worker-command.ts";

test("easel worker joins a server by its address and a token, draws for it, and ends on SIGTERM", async () => {
  const [database, dataFolder] = [await startEmbeddedDatabase(), await newDataFolder()];
  const server = await TestServer.start(database);
  const options = { server: server.url, token: WORKER_TOKEN, provider: "cpu", data: dataFolder };
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(
    process.execPath,
    [...builtProgram("cli"), "worker", ...given],
    // Nothing else tells it where the server is.
    { cwd: packageRoot(), env: { PATH: process.env["PATH"], LOG_LEVEL: "error" }, stdio: "inherit" },
  );
  try {
    const owner = await server.owner();
    const id = await owner.ask("a red apple", { model: "easel-mini", num_steps: 1 });
    await until("it is drawn", 50_000, async () => (await owner.image(id))["status"] === "succeeded");
    const rows = await server.services.connection.sql`select provider from workers`;
    expect(rows).toEqual([{ provider: "cpu" }]);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
    await server.close();
    await database.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});

test("what is wrong with the command is said", async () => {
  const complete = { server: "http://localhost:8787", token: "a token" };
  await expect(workerCommand(["now"], complete)).rejects.toThrow("worker takes no now");
  await expect(workerCommand([], { token: "a token" })).rejects.toThrow("--server needs");
  await expect(workerCommand([], { ...complete, server: "not an address" })).rejects.toThrow(
    "--server needs",
  );
  await expect(workerCommand([], { server: complete.server })).rejects.toThrow("--token needs");
});
