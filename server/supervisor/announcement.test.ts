import { expect, test } from "vitest";
import { announcement } from "./announcement.ts";

const tls = { cert: "", key: "", authority: "" };
const at = (HOST: string, more = {}, own = "192.168.1.5") =>
  announcement({ HOST, PUBLIC_URL: undefined }, 8787, { ...tls, ...more }, own);

test("without https one line says where it is", () => {
  const settings = { HOST: "0.0.0.0", PUBLIC_URL: undefined };
  expect(announcement(settings, 8787, undefined)).toEqual(["Easel is ready: http://localhost:8787"]);
  expect(announcement({ ...settings, PUBLIC_URL: "https://a.example" }, 8787, undefined)).toEqual([
    "Easel is ready: https://a.example",
  ]);
});

test("over https the address is the one that others use, with a code that leads them to the authority", () => {
  const [ready, , code, , way] = at("0.0.0.0");
  expect(ready).toBe("Easel is ready: https://192.168.1.5:8787");
  expect(code?.split("\n").length).toBeGreaterThan(12);
  expect(way).toContain("http://192.168.1.5:8787/trust");
  expect(at("10.0.0.9")[0]).toBe("Easel is ready: https://10.0.0.9:8787");
  expect(at("fd00::9")[0]).toBe("Easel is ready: https://[fd00::9]:8787");
});

test("with a certificate that devices know, the code is the address itself", () => {
  const lines = announcement({ HOST: "0.0.0.0", PUBLIC_URL: "https://a.example" }, 8787, {
    cert: "",
    key: "",
  });
  expect(lines.at(-1)).toBe("Other devices: https://a.example");
});

test("where only this machine reaches it, that is said", () => {
  expect(at("127.0.0.1")).toEqual([
    "Easel is ready: https://localhost:8787",
    "Only this machine reaches it; HOST=0.0.0.0 lets other devices in.",
  ]);
});
