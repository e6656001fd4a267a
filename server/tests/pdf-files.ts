import { constants, deflateRawSync } from "node:zlib";

/** A PDF, written by hand (ISO 32000-1, 7.5): its objects, numbered from 1, the first of them its catalog. */
function pdfOf(objects: readonly (string | Buffer)[], trailer = ""): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  let length = parts[0]!.length;
  const offsets: number[] = [];
  const add = (part: string | Buffer) => {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
  };
  objects.forEach((object, index) => {
    offsets.push(length);
    add(`${index + 1} 0 obj\n`);
    add(object);
    add("\nendobj\n");
  });
  const start = length;
  add(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`);
  for (const offset of offsets) add(`${String(offset).padStart(10, "0")} 00000 n \n`);
  add(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${start}\n%%EOF\n`);
  return Buffer.concat(parts);
}

const stream = (entries: string, bytes: Buffer) =>
  Buffer.concat([
    Buffer.from(`<< ${entries} /Length ${bytes.length} >>\nstream\n`),
    bytes,
    Buffer.from("\nendstream"),
  ]);

/** Pages of 200 x 100 points, blue on the left half. */
export function pdf(pages: number, trailer = ""): Buffer {
  const kids = Array.from({ length: pages }, (_, i) => `${i + 4} 0 R`).join(" ");
  const page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 3 0 R >>";
  return pdfOf(
    [
      "<< /Type /Catalog /Pages 2 0 R >>",
      `<< /Type /Pages /Count ${pages} /Kids [${kids}] >>`,
      stream("", Buffer.from("0 0 1 rg 0 0 100 100 re f")),
      ...Array<string>(pages).fill(page),
    ],
    trailer,
  );
}

/** One page whose content is 300 MB of spaces, packed a thousand times smaller. */
export function swellingPdf(): Buffer {
  // One block of 1 MB after the other: each begins anew, so that it can be repeated as it is.
  const block = deflateRawSync(Buffer.alloc(1 << 20, " "), { finishFlush: constants.Z_FULL_FLUSH });
  const end = Buffer.from([3, 0]);
  const packed = Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array<Buffer>(300).fill(block), end]);
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
    stream("/Filter /FlateDecode", packed),
  ]);
}

interface BrokenPdf {
  name: string;
  bytes: Uint8Array;
  /** What its error says. */
  reason: RegExp;
}

/** Files that begin as a PDF does and can't be looked through, and what is to be said of each. */
export function brokenPdfs(): BrokenPdf[] {
  const whole = pdf(40);
  const key = "(0123456789abcdef0123456789abcdef)";
  const locked = `/ID [${key} ${key}] /Encrypt << /Filter /Standard /V 1 /R 2 /O ${key} /U ${key} /P -4 >> `;
  return [
    { name: "no more than a PDF's first line", bytes: whole.subarray(0, 9), reason: /damaged or cut short/ },
    { name: "half a PDF", bytes: whole.subarray(0, whole.length / 2), reason: /damaged or cut short/ },
    { name: "a PDF of 5,000 pages", bytes: pdf(5000), reason: /1 to 200 pages, this one has 5000/ },
    { name: "a PDF without a page", bytes: pdf(0), reason: /1 to 200 pages, this one has 0|damaged/ },
    { name: "a PDF with a password", bytes: pdf(1, locked), reason: /locked with a password/ },
    { name: "a PDF that swells to 300 MB", bytes: swellingPdf(), reason: /more than 256 MB/ },
  ];
}
