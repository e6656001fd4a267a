import { startS3Server, type S3TestServer } from "../../scripts/s3-server.mjs";

/** A true S3 server that checks signatures, with an empty bucket. */
export const startS3 = (): Promise<S3TestServer> => startS3Server();

/** The settings that make a server use it. */
export function s3Environment(s3: S3TestServer): Record<string, string> {
  return {
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
}
