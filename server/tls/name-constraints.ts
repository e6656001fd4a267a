import { BlockList, isIPv4 } from "node:net";

/**
 * What a certificate authority may vouch for, as its certificate's extension (RFC 5280, section 4.2.1.10): browsers refuse
 * everything else that it signs. DER is written here: a sequence of names and of address ranges is all there is to it.
 */
export const NAME_CONSTRAINTS_OID = "2.5.29.30";

const SEQUENCE = 0x30;
const PERMITTED_SUBTREES = 0xa0;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Addresses that are never a stranger's on the internet. */
const LOCAL_RANGES: readonly (readonly [address: string, bits: number])[] = [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  // As overlay networks give them (RFC 6598).
  ["100.64.0.0", 10],
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
];

const local = new BlockList();
for (const [address, bits] of LOCAL_RANGES) local.addSubnet(address, bits, familyOf(address));

/** Whether the authority may vouch for this IP address. */
export function isLocalAddress(address: string): boolean {
  return local.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

/** The extension's value: these names with what lies below them, and addresses of local networks. */
export function nameConstraints(names: readonly string[]): Uint8Array<ArrayBuffer> {
  const dns = names.map((name) => der(SEQUENCE, der(DNS_NAME, Buffer.from(name, "ascii"))));
  const ranges = LOCAL_RANGES.map(([address, bits]) =>
    der(SEQUENCE, der(IP_ADDRESS, addressAndMask(address, bits))),
  );
  return Uint8Array.from(der(SEQUENCE, der(PERMITTED_SUBTREES, Buffer.concat([...dns, ...ranges]))));
}

/** Both 4 or both 16 bytes. */
function addressAndMask(address: string, bits: number): Buffer {
  const bytes = isIPv4(address) ? Buffer.from(address.split(".").map(Number)) : ipv6Bytes(address);
  const mask = Buffer.from(bytes.map((_, i) => 0xff & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i)))));
  return Buffer.concat([bytes, mask]);
}

/** Of an address whose `::` is at its end or its beginning, as those above. */
function ipv6Bytes(address: string): Buffer {
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const [head = [], tail = []] = address.split("::").map(groups);
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  const padded = [...head, ...zeros, ...tail].map((group) => group.padStart(4, "0"));
  return Buffer.from(padded.join(""), "hex");
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
