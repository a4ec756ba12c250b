/** One digest algorithm in WebAssembly, by the calling convention of hash-wasm's modules. */
export type WasmDigest = {
  readonly begin: () => Uint8Array;
  /** The state after `bytes`; `state` itself is left as it was. */
  readonly advance: (state: Uint8Array, bytes: Uint8Array) => Uint8Array;
  /** Lower-case hex. */
  readonly finish: (state: Uint8Array) => string;
  /** Whether a state was saved by this build of the module. */
  readonly accepts: (state: Uint8Array) => boolean;
};

type Exports = {
  readonly memory: WebAssembly.Memory;
  readonly STATE_SIZE: WebAssembly.Global;
  readonly Hash_GetBuffer: () => number;
  readonly Hash_GetState: () => number;
  readonly Hash_Init: (parameter: number) => void;
  readonly Hash_Update: (bytes: number) => void;
  readonly Hash_Final: (parameter: number) => void;
};

/** The modules' input buffer. */
const BUFFER_BYTES = 16 * 1024;
const TAG_BYTES = 4;

/**
 * `initial` and `final` are what the module's init and final take (bits, key length, polynomial; digest bytes).
 * One instance serves every digest of the isolate, because the whole state goes in and out around each call.
 */
export function wasmDigest(
  module: WebAssembly.Module,
  options: { tag: number; bytes: number; initial: number; final: number },
): WasmDigest {
  const exports = new WebAssembly.Instance(module).exports as Exports;
  const input = exports.Hash_GetBuffer();
  const stateBytes = new DataView(exports.memory.buffer).getUint32(Number(exports.STATE_SIZE.value), true);
  // Fills the tables that the state does not carry.
  exports.Hash_Init(options.initial);

  const memory = (start: number, length: number): Uint8Array => new Uint8Array(exports.memory.buffer, start, length);
  const load = (state: Uint8Array): void => memory(exports.Hash_GetState(), stateBytes).set(state.subarray(TAG_BYTES));
  const save = (): Uint8Array => {
    const state = new Uint8Array(TAG_BYTES + stateBytes);
    new DataView(state.buffer).setUint32(0, options.tag);
    state.set(memory(exports.Hash_GetState(), stateBytes), TAG_BYTES);
    return state;
  };

  return {
    begin: () => {
      exports.Hash_Init(options.initial);
      return save();
    },
    advance: (state, bytes) => {
      load(state);
      const buffer = memory(input, BUFFER_BYTES);
      for (let at = 0; at < bytes.length; at += BUFFER_BYTES) {
        const piece = bytes.subarray(at, at + BUFFER_BYTES);
        buffer.set(piece);
        exports.Hash_Update(piece.length);
      }
      return save();
    },
    finish: (state) => {
      load(state);
      exports.Hash_Final(options.final);
      return Array.from(memory(input, options.bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    accepts: (state) =>
      state.length === TAG_BYTES + stateBytes && new DataView(state.buffer, state.byteOffset, TAG_BYTES).getUint32(0) === options.tag,
  };
}
