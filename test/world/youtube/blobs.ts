import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Room = "videos" | "thumbnails" | "captions";
const ROOMS = ["videos", "thumbnails", "captions"] as const satisfies readonly Room[];

/** Bytes, as files of the state directory that a person can look at. */
export interface Blobs {
  path(room: Room, id: string): string;
  write(room: Room, id: string, bytes: Buffer): void;
  read(room: Room, id: string): Buffer | null;
  drop(room: Room, id: string): void;
  clear(): void;
}

export function blobsIn(directory: string): Blobs {
  const path = (room: Room, id: string): string => join(directory, room, id);
  const makeRooms = (): void => {
    for (const room of ROOMS) mkdirSync(join(directory, room), { recursive: true, mode: 0o700 });
  };
  makeRooms();
  return {
    path,
    write: (room, id, bytes) => writeFileSync(path(room, id), bytes),
    read: (room, id) => (existsSync(path(room, id)) ? readFileSync(path(room, id)) : null),
    drop: (room, id) => rmSync(path(room, id), { force: true }),
    clear() {
      rmSync(directory, { recursive: true, force: true });
      makeRooms();
    },
  };
}
