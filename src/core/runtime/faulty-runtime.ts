import { EaselError } from "../../contracts/errors.ts";
import type { InferenceRuntime, InferenceSession } from "./inference-runtime.ts";

/** One way to misbehave. */
export interface Fault {
  /** The component that does, told by its graph's inputs. */
  component: "text_encoder" | "unet" | "vae_decoder" | "vae_encoder";
  /** `load` fails when it is loaded; the others when it runs. */
  kind: "nan" | "infinity" | "constant" | "out_of_memory" | "device_lost" | "load";
  /** Only runs on inputs of more numbers than this: memory that suffices for a tile. */
  above?: number;
  /** Only from this run on, counted from 0. */
  from?: number;
}

/** A real runtime that misbehaves on purpose, so that tests see what happens then. */
export function faultyRuntime(runtime: InferenceRuntime, fault: Fault): InferenceRuntime {
  return {
    provider: runtime.provider,
    async createSession(graph, externalData) {
      const session = await runtime.createSession(graph, externalData);
      if (componentOf(session) !== fault.component) return session;
      if (fault.kind !== "load") return faultySession(session, fault);
      await session.release();
      throw new EaselError("out_of_memory", "Memory did not suffice to load it, on purpose.");
    },
  };
}

function faultySession(session: InferenceSession, { kind, above = 0, from = 0 }: Fault): InferenceSession {
  let runs = 0;
  return {
    ...session,
    async run(feeds) {
      const size = Math.max(...Object.values(feeds).map(({ data }) => data.length));
      if (size <= above || runs++ < from) return session.run(feeds);
      if (kind === "out_of_memory" || kind === "device_lost")
        throw new EaselError(kind, "It failed on purpose.");
      const outputs = await session.run(feeds);
      const value = { nan: Number.NaN, infinity: Infinity, constant: 0.25, load: 0 }[kind];
      for (const { type, data } of Object.values(outputs)) if (type === "float32") data.fill(value);
      return outputs;
    },
  };
}

/** Which component a loaded graph is, told by its inputs. */
export function componentOf({ inputs }: InferenceSession): Fault["component"] {
  const names = inputs.map(({ name }) => name);
  if (names.includes("input_ids")) return "text_encoder";
  if (names.includes("timestep")) return "unet";
  return names.includes("latent_sample") ? "vae_decoder" : "vae_encoder";
}
