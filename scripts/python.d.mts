export const REQUIREMENTS: string;
export function ensureForeignClients(): Promise<string>;
