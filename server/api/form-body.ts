import type { MiddlewareHandler } from "hono";
import { EaselError } from "../../src/contracts/errors.ts";
import type { ApiEnvironment } from "./context.ts";

/** A form's file: what its sender says of it, and its bytes, which are a view of the request's body. */
export class SentFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;

  constructor(name: string, type: string, bytes: Buffer) {
    this.name = name;
    this.type = type;
    this.bytes = bytes;
  }
}

/** A form as it was sent. The platform's FormData would copy each file out of this process's heap and back. */
export class SentForm {
  readonly fields: [name: string, value: string | SentFile][] = [];

  /** As FormData's: whoever validates a form asks for no more. */
  forEach(take: (value: string | SentFile, name: string) => void): void {
    for (const [name, value] of this.fields) take(value, name);
  }
}

/**
 * Reads a form with a file (RFC 7578) before its fields are looked at. The platform's own reader takes such a body apart
 * byte by byte, which cost a prediction as much as the rest of its way through the API.
 */
export const formBody: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
  const type = context.req.header("content-type") ?? "";
  if (/^multipart\/form-data\b/i.test(type)) {
    const form = readForm(Buffer.from(await context.req.arrayBuffer()), type);
    context.req.bodyCache.formData = form as unknown as FormData;
  }
  return next();
};

/** @throws EaselError invalid_request where the body is no such form */
export function readForm(body: Buffer, contentType: string): SentForm {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw malformed("its content-type names no boundary");
  const form = new SentForm();
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // The first one may stand at the very beginning; what is before it is for nobody (RFC 2046, 5.1.1).
  let at = body.indexOf(delimiter.subarray(2));
  if (at < 0) throw malformed("its boundary is not in it");
  at += delimiter.length - 2;
  for (;;) {
    if (body.toString("latin1", at, at + 2) === "--") return form;
    const line = body.indexOf("\r\n", at);
    const head = line < 0 ? -1 : body.indexOf("\r\n\r\n", line);
    const end = head < 0 ? -1 : body.indexOf(delimiter, head + 2);
    if (end < 0) throw malformed("it is cut short");
    const { name, file } = headOf(body.toString("utf8", line + 2, head));
    const content = body.subarray(head + 4, Math.max(end, head + 4));
    const value = file === undefined ? content.toString("utf8") : new SentFile(file.name, file.type, content);
    form.fields.push([name, value]);
    at = end + delimiter.length;
  }
}

/** A part's headers: its field's name, and that it is a file. */
function headOf(lines: string): { name: string; file: { name: string; type: string } | undefined } {
  const disposition = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(lines)?.[1] ?? "";
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) throw malformed("one of its parts has no name");
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1];
  const type = /^content-type:\s*(.*?)\s*$/im.exec(lines)?.[1] ?? "application/octet-stream";
  return {
    name: plainText(name),
    file: filename === undefined ? undefined : { name: plainText(filename), type },
  };
}

/** What browsers write for a quote and for line ends (HTML, "multipart/form-data encoding algorithm"). */
const plainText = (name: string): string =>
  name.replace(/%22/g, '"').replace(/%0D/gi, "\r").replace(/%0A/gi, "\n");

function malformed(what: string): EaselError {
  return new EaselError("invalid_request", `The form can't be read: ${what}.`, {
    hint: "Send it as multipart/form-data.",
  });
}
