import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Blobs } from "#test/world/youtube/blobs.ts";
import type { Library } from "#test/world/youtube/library.ts";
import type { Session } from "#test/world/youtube/records.ts";

/** What is kept of a request that breaks off is a multiple of this, and every chunk but the last has to be one. */
export const QUANTUM = 256 * 1024;

const SAVE_EVERY = 8 * 1024 * 1024;
const REHASH_BYTES = 1024 * 1024;

/** The bytes of one session. */
export interface Receiver {
  readonly received: number;
  /** Takes what it does not have yet of bytes that begin at a place that it has reached; nothing once its session is over. */
  append(at: number, bytes: Buffer): void;
  save(): void;
  sha256(): string;
}

/** Sessions that bytes arrive for. */
export interface Uploading {
  receiver(session: Session): Receiver;
  /** Its bytes stay where they are. */
  release(session: Session): void;
  discard(session: Session): void;
  /** A request that carries bytes has begun; call what it returns when it ends. */
  enter(channelId: string): () => void;
  close(): void;
}

export function uploadingTo(library: Library, blobs: Blobs): Uploading {
  const receivers = new Map<string, Receiver & { close(): void }>();
  const active = new Map<string, number>();

  const open = (session: Session): Receiver & { close(): void } => {
    const file = openSync(blobs.path("videos", session.id), session.received === 0 ? "w+" : "r+");
    const hash = hashOf(file, session.received);
    let { received } = session;
    let saved = received;
    let isOpen = true;
    const save = (): void => {
      const kept = library.sessions.get(session.id);
      if (kept !== null && received !== saved) library.sessions.put({ ...kept, received });
      saved = received;
    };
    return {
      get received() {
        return received;
      },
      append(at, bytes) {
        if (!isOpen) return;
        if (at > received) throw new Error(`bytes at ${at} leave a gap after ${received}`);
        const fresh = bytes.subarray(Math.min(received - at, bytes.byteLength));
        for (let written = 0; written < fresh.byteLength;) {
          written += writeSync(file, fresh, written, fresh.byteLength - written, received + written);
        }
        hash.update(fresh);
        received += fresh.byteLength;
        if (received - saved >= SAVE_EVERY) save();
      },
      save,
      sha256: () => hash.copy().digest("hex"),
      close() {
        isOpen = false;
        closeSync(file);
      },
    };
  };

  const release = ({ id }: Session): void => {
    receivers.get(id)?.close();
    receivers.delete(id);
  };

  return {
    receiver(session) {
      const receiver = receivers.get(session.id) ?? open(session);
      receivers.set(session.id, receiver);
      return receiver;
    },
    release,
    discard(session) {
      release(session);
      blobs.drop("videos", session.id);
    },
    enter(channelId) {
      const now = (active.get(channelId) ?? 0) + 1;
      active.set(channelId, now);
      const { max_concurrent } = library.counters.get();
      if (now > (max_concurrent[channelId] ?? 0)) library.counters.change({ max_concurrent: { ...max_concurrent, [channelId]: now } });
      return () => {
        active.set(channelId, (active.get(channelId) ?? 1) - 1);
      };
    },
    close() {
      for (const receiver of receivers.values()) {
        receiver.save();
        receiver.close();
      }
      receivers.clear();
    },
  };
}

/** What was there before a restart is read again, because a digest's state can't be kept. */
function hashOf(file: number, bytes: number): Hash {
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(Math.min(REHASH_BYTES, bytes));
  for (let position = 0; position < bytes;) {
    const read = readSync(file, buffer, 0, Math.min(buffer.byteLength, bytes - position), position);
    if (read === 0) throw new Error(`the file of an upload ends at ${position}, not at ${bytes}`);
    hash.update(buffer.subarray(0, read));
    position += read;
  }
  return hash;
}
