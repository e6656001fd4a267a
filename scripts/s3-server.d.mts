export interface S3TestServer {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  close: () => Promise<void>;
}

/** Builds the server unless it is there already; answers the program's path. */
export function ensureS3Server(): Promise<string>;

/** Starts a server with one empty bucket, on a free port and in a folder of its own unless they are given. */
export function startS3Server(options?: { port?: number; folder?: string }): Promise<S3TestServer>;
