import type { AssetContent } from "#domain/assets/content.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";
import { MIB } from "#domain/uploads/part-plan.ts";

/** One read: the local R2 knows no backpressure, so that this much may wait in memory. */
const READ_BYTES = 8 * MIB;

type Pipe = { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<Uint8Array> };

const sized = (bytes: number): Pipe => new FixedLengthStream(bytes);

/** For what goes on through another sized pipe: workerd moves nothing from one such pipe to the next ("Inter-TransformStream"). */
export const unsized = (): Pipe => new TransformStream<Uint8Array, Uint8Array>();

/** Reads one bounded range after the other, the next only when the one before has been taken. */
export function rangedContent(store: ObjectStore, { readBytes = READ_BYTES, pipe = sized } = {}): AssetContent {
  return {
    open: async (objectKey, { start, end }) => {
      const { readable, writable } = pipe(end - start);
      const read = (from: number) => store.read(objectKey, from, Math.min(end, from + readBytes));
      const first = end === start ? new Blob([]).stream() : await read(start);
      if (first === null) return null;
      const pump = async (): Promise<void> => {
        await first.pipeTo(writable, { preventClose: true });
        for (let from = start + readBytes; from < end; from += readBytes) {
          const piece = await read(from);
          if (piece === null) throw new Error("the object has gone while it was read");
          await piece.pipeTo(writable, { preventClose: true });
        }
        await writable.close();
      };
      // A failed pipe has aborted the stream already: its reader sees a body that is cut.
      pump().catch((cause: unknown) => writable.abort(cause).catch(() => undefined));
      return readable;
    },
  };
}
