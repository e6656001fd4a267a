import type { NetworkInterfaceInfo } from "node:os";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { networkOrigins } from "./network-origins.ts";

const found = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(":") ? "IPv6" : "IPv4" }) as NetworkInterfaceInfo;
const HOME = {
  lo: [found("127.0.0.1", true), found("::1", true)],
  docker0: [found("172.17.0.1")],
  wlan0: [found("192.168.1.5"), found("fd00::5"), found("fe80::5")],
  usb0: [found("169.254.3.4")],
  wan0: [found("198.51.100.7")],
};
const at = (HOST: string, EASEL_TLS = "off", interfaces: Record<string, NetworkInterfaceInfo[]> = HOME) =>
  networkOrigins({ HOST, PORT: 8787, EASEL_TLS }, interfaces);

test("a server that listens to its own machine has no address for others", () => {
  for (const host of ["127.0.0.1", "localhost", "::1", "127.0.1.1"]) expect(at(host)).toEqual([]);
});

test("one that listens on everything is reached by each interface, a home's network first", () => {
  const ipv4 = ["http://192.168.1.5:8787", "http://172.17.0.1:8787", "http://198.51.100.7:8787"];
  expect(at("0.0.0.0")).toEqual(ipv4);
  expect(at("::")).toEqual([...ipv4, "http://[fd00::5]:8787"]);
  expect(at("0.0.0.0", "off", { lo: HOME.lo })).toEqual([]);
});

test("one that listens on one address is reached by that", () => {
  expect(at("192.168.1.5")).toEqual(["http://192.168.1.5:8787"]);
  expect(at("fd00::5")).toEqual(["http://[fd00::5]:8787"]);
});

test("with a certificate of its own only what that names is offered, over https", () => {
  expect(at("0.0.0.0", "self")).toEqual(["https://192.168.1.5:8787", "https://172.17.0.1:8787"]);
  // Whatever this machine's own addresses are: it is called by one of them, or by its name.
  const [alone, ...more] = at("0.0.0.0", "self", { wan0: HOME.wan0 });
  expect(more).toEqual([]);
  expect(alone).not.toContain("198.51.100.7");
  expect(alone).toMatch(new RegExp(`^https://(${hostname()}|[\\d.]+):8787$`, "i"));
});
