/** What tests in workerd use of `nodejs_compat`. All of @types/node would change the types of timers and streams under the Workers' own. */
declare module "node:crypto" {
  export function createHash(algorithm: "sha256"): Hash;
  interface Hash {
    update(bytes: Uint8Array | string): Hash;
    digest(encoding: "hex"): string;
  }
}
