import type { webcrypto } from "node:crypto";

/** What Node has and @types/node has not, as far as our programs for Node use it. */
declare global {
  type CryptoKey = webcrypto.CryptoKey;

  namespace WebAssembly {
    type Module = object;
    /** A variable, because scripts/generate/digest-modules.ts listens in on it. */
    let compile: (bytes: ArrayBuffer | ArrayBufferView) => Promise<Module>;
  }
}
