import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

test.each([
  ["no proxy: the socket's own, whatever the header says", "198.51.100.1", "203.0.113.9", 0, "198.51.100.1"],
  ["one proxy: the last entry", "10.0.0.1", "203.0.113.9", 1, "203.0.113.9"],
  [
    "one proxy: what the client forged stands further left",
    "10.0.0.1",
    "6.6.6.6, 203.0.113.9",
    1,
    "203.0.113.9",
  ],
  ["two proxies: the last but one", "10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"],
  ["past the second proxy: the header is not believed", "198.51.100.1", "6.6.6.6", 2, "198.51.100.1"],
  ["behind a proxy, without the header", "10.0.0.1", undefined, 1, "10.0.0.1"],
  ["an entry that is no address", "10.0.0.1", "unknown", 1, "10.0.0.1"],
  ["an entry with a port", "10.0.0.1", "203.0.113.9:4711", 1, "203.0.113.9"],
  ["an IPv6 entry with a port", "10.0.0.1", "[2001:db8:1:2::5]:4711", 1, "2001:db8:1:2::/64"],
  ["IPv6: the network, not the host", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", undefined, 0, "2001:db8:1:2::/64"],
  ["IPv6 with the zeros left out, and a zone", "fe80::1%eth0", undefined, 0, "fe80:0:0:0::/64"],
  ["IPv4 in IPv6's form", "::ffff:203.0.113.9", undefined, 0, "203.0.113.9"],
])("%s", (_, socket, header, proxies, expected) => {
  expect(clientAddress(socket, header, proxies)).toBe(expected);
});
