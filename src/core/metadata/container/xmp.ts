import { BOUNDS } from "./bounds.ts";
import type { PictureText } from "./picture-text.ts";

const PROPERTIES = ["exif:UserComment", "dc:description", "tiff:ImageDescription"];
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * The texts that an XMP packet (ISO 16684-1) holds where programs write settings, as an element or an attribute.
 * Read by search: an XML parser would be needed for nothing else, and must be kept from following entities.
 */
export function readXmp(packet: Uint8Array): PictureText[] {
  if (packet.length > BOUNDS.textBytes) return [];
  const xml = new TextDecoder().decode(packet);
  return PROPERTIES.flatMap((property) => {
    const text = elementText(xml, property) ?? attributeText(xml, property);
    return text === undefined || text === "" ? [] : [{ keyword: "XMP", text }];
  });
}

function elementText(xml: string, property: string): string | undefined {
  const open = xml.indexOf(`<${property}`);
  const start = open < 0 ? -1 : xml.indexOf(">", open) + 1;
  const end = start <= 0 ? -1 : xml.indexOf(`</${property}>`, start);
  if (end < 0) return undefined;
  const inner = xml.slice(start, end);
  // A language alternative: <rdf:Alt><rdf:li xml:lang="x-default">text</rdf:li></rdf:Alt>
  const item = inner.indexOf("<rdf:li");
  if (item < 0) return unescapeXml(inner);
  const itemStart = inner.indexOf(">", item) + 1;
  const itemEnd = inner.indexOf("</rdf:li>", itemStart);
  return itemStart === 0 || itemEnd < 0 ? undefined : unescapeXml(inner.slice(itemStart, itemEnd));
}

function attributeText(xml: string, property: string): string | undefined {
  const at = xml.indexOf(`${property}="`);
  const start = at + property.length + 2;
  const end = at < 0 ? -1 : xml.indexOf('"', start);
  return end < 0 ? undefined : unescapeXml(xml.slice(start, end));
}

/** The five named entities and numbered ones; any other stays as it is written. */
function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const point = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
