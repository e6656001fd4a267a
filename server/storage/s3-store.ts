import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { EaselError } from "../../src/contracts/errors.ts";
import {
  assertKey,
  contentTypeOf,
  MAX_URL_SECONDS,
  type ObjectStore,
  type PresignedUrl,
  type PutTarget,
  type PutTerms,
  type StoredObject,
} from "./object-store.ts";

export interface S3Terms {
  bucket: string;
  region: string;
  endpoint?: string | undefined;
  /** Where browsers and workers reach the store: presigned URLs name this address. */
  publicEndpoint?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  forcePathStyle: boolean;
}

/**
 * A store that does not answer must not hold whoever waits for us: a worker gives a reply 10 s. No bytes for so long,
 * twice at most, is an error that another try of the caller's may find gone.
 */
const CONNECT_MILLISECONDS = 2000;
const SILENCE_MILLISECONDS = 4000;
const TRIES = 2;

function createClient(terms: S3Terms, endpoint: string | undefined): S3Client {
  const { accessKeyId, secretAccessKey } = terms;
  return new S3Client({
    region: terms.region,
    forcePathStyle: terms.forcePathStyle,
    maxAttempts: TRIES,
    requestHandler: { connectionTimeout: CONNECT_MILLISECONDS, socketTimeout: SILENCE_MILLISECONDS },
    // Otherwise a presigned PUT is signed with a checksum header that no browser would send.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey } }),
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
}

/** Objects in an S3 bucket. */
export class S3Store implements ObjectStore {
  readonly publicOrigins: readonly string[];
  readonly #bucket: string;
  readonly #client: S3Client;
  readonly #signer: S3Client;

  constructor(terms: S3Terms) {
    this.#bucket = terms.bucket;
    this.#client = createClient(terms, terms.endpoint);
    const publicEndpoint = terms.publicEndpoint ?? terms.endpoint;
    this.#signer = createClient(terms, publicEndpoint);
    this.publicOrigins = [publicOrigin(terms, publicEndpoint)];
  }

  async presignGet(key: string, terms: { seconds: number }): Promise<PresignedUrl> {
    assertKey(key);
    const seconds = Math.min(terms.seconds, MAX_URL_SECONDS);
    const signingDate = new Date();
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    const url = await getSignedUrl(this.#signer, command, { expiresIn: seconds, signingDate });
    return { url, expiresAt: new Date(signingDate.getTime() + seconds * 1000) };
  }

  async presignPut(key: string, terms: PutTerms): Promise<PutTarget> {
    assertKey(key);
    const seconds = Math.min(terms.seconds, MAX_URL_SECONDS);
    const signingDate = new Date();
    const { contentType, bytes } = terms;
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ContentType: contentType,
      ...(bytes === undefined ? {} : { ContentLength: bytes }),
    });
    const url = await getSignedUrl(this.#signer, command, {
      expiresIn: seconds,
      signingDate,
      // The presigner leaves these two unsigned unless they are named.
      signableHeaders: new Set(["host", "content-type", ...(bytes === undefined ? [] : ["content-length"])]),
    });
    return {
      url,
      expiresAt: new Date(signingDate.getTime() + seconds * 1000),
      headers: { "content-type": contentType },
    };
  }

  async head(key: string): Promise<StoredObject | undefined> {
    assertKey(key);
    try {
      const found = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return { bytes: found.ContentLength ?? 0, contentType: found.ContentType ?? contentTypeOf(key) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unavailable(error);
    }
  }

  async read(key: string, maxBytes: number): Promise<Uint8Array | undefined> {
    assertKey(key);
    try {
      const found = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const size = found.ContentLength ?? 0;
      if (size > maxBytes) {
        throw new EaselError(
          "payload_too_large",
          `The object has ${size} bytes, at most ${maxBytes} are read.`,
        );
      }
      return await found.Body?.transformToByteArray();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error instanceof EaselError ? error : unavailable(error);
    }
  }

  async put(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    assertKey(key);
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ContentType: contentType,
    });
    await this.#client.send(command).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    assertKey(key);
    const terms = signal === undefined ? {} : { abortSignal: signal };
    await this.#client
      .send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), terms)
      .catch((error: unknown) => {
        throw unavailable(error);
      });
  }

  async check(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket })).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  /**
   * Lets pages fetch and put objects by presigned URL. Stores that don't know the call answer with an error, which
   * the caller logs: their CORS is then set by whoever runs them.
   */
  async allowBrowsers(): Promise<void> {
    const rule = {
      AllowedOrigins: ["*"],
      AllowedMethods: ["GET", "HEAD", "PUT"],
      AllowedHeaders: ["*"],
      ExposeHeaders: ["ETag"],
      MaxAgeSeconds: 3600,
    };
    const command = new PutBucketCorsCommand({
      Bucket: this.#bucket,
      CORSConfiguration: { CORSRules: [rule] },
    });
    await this.#client.send(command);
  }
}

function publicOrigin(terms: S3Terms, endpoint: string | undefined): string {
  const base = new URL(endpoint ?? `https://s3.${terms.region}.amazonaws.com`);
  if (!terms.forcePathStyle) base.hostname = `${terms.bucket}.${base.hostname}`;
  return base.origin;
}

function unavailable(error: unknown): EaselError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EaselError("storage_unavailable", `The object store did not answer as expected: ${reason}`, {
    cause: error,
  });
}
