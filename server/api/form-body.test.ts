import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { readForm, SentFile } from "./form-body.ts";

const of = (text: string) => readForm(Buffer.from(text), "multipart/form-data; boundary=b");
const part = (head: string, content: string) => `--b\r\n${head}\r\n\r\n${content}\r\n`;

test("a form is read as it was written, whatever its bytes and names", async () => {
  const bytes = Buffer.concat([randomBytes(70_000), Buffer.from("\r\n--\r\n\r\n"), randomBytes(10)]);
  const form = new FormData();
  form.append("file", new File([bytes], 'a "苹果"\r\n.png', { type: "image/png" }));
  form.append("empty", new File([], "none"));
  form.append("标题", 'two\r\nlines; name="x"');
  form.append("标题", "");
  const sent = new Response(form);
  const read = readForm(Buffer.from(await sent.arrayBuffer()), sent.headers.get("content-type")!);
  expect(read.fields.map(([name]) => name)).toEqual(["file", "empty", "标题", "标题"]);
  const [file, empty, ...titles] = read.fields.map(([, value]) => value);
  expect(file).toEqual(new SentFile('a "苹果"\r\n.png', "image/png", bytes));
  expect(empty).toEqual(new SentFile("none", "application/octet-stream", Buffer.alloc(0)));
  expect(titles).toEqual(['two\r\nlines; name="x"', ""]);
});

test("what stands before the first boundary and after the last is for nobody; a boundary may be quoted", () => {
  const text = `before\r\n${part('content-disposition: form-data; name="a"', "1")}--b--\r\nafter`;
  expect(of(text).fields).toEqual([["a", "1"]]);
  expect(readForm(Buffer.from(text), 'multipart/form-data; charset=x; boundary="b"').fields).toEqual([
    ["a", "1"],
  ]);
  expect(of("--b--").fields).toEqual([]);
});

test.each([
  ["names no boundary", () => readForm(Buffer.from("--b--"), "multipart/form-data")],
  ["boundary is not in it", () => of("--c--")],
  ["cut short", () => of(part('content-disposition: form-data; name="a"', "1"))],
  ["cut short", () => of("--b\r\ncontent-disposition: form-data")],
  ["has no name", () => of(`${part("content-type: text/plain", "1")}--b--`)],
])("a form that %s is told", (reason, read) => {
  expect(read).toThrow(reason);
});
