import { Agent, request, type IncomingMessage } from "node:http";
import { Agent as SecureAgent, request as requestSecurely } from "node:https";

const agent = new Agent({ keepAlive: true });
const secureAgent = new SecureAgent({ keepAlive: true });

/** A server's whole reply. */
export interface Reply {
  status: number;
  contentType: string | undefined;
  body: Buffer<ArrayBuffer>;
}

/**
 * Posts JSON, and waits for the whole reply. Not by `fetch`: for a batch of pictures it takes three times the processor
 * time (1.06 ms against 0.36 for 150 kB), and a busy worker claims and completes many times a second.
 *
 * @throws Error of the connection; AbortError when `signal` aborts before the reply has ended
 */
export function postJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  signal: AbortSignal,
): Promise<Reply> {
  const bytes = Buffer.from(JSON.stringify(body));
  const options = {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", "content-length": bytes.byteLength },
    signal,
  };
  return new Promise((resolve, reject) => {
    const hear = (reply: IncomingMessage) => {
      readAll(reply).then(resolve, reject);
    };
    const asked = url.startsWith("https:")
      ? requestSecurely(url, { ...options, agent: secureAgent }, hear)
      : request(url, { ...options, agent }, hear);
    asked.on("error", reject);
    asked.end(bytes);
  });
}

async function readAll(reply: IncomingMessage): Promise<Reply> {
  const parts: Buffer[] = [];
  for await (const part of reply) parts.push(part as Buffer);
  return {
    status: reply.statusCode ?? 0,
    contentType: reply.headers["content-type"],
    body: Buffer.concat(parts),
  };
}
