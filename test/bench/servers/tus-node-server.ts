import { createServer } from "node:http";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import { listen } from "#test/world/listen.ts";

/** The reference server of tus, as a process of its own: `tus-node-server.ts DIRECTORY`. Says its port to its parent. */
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: tus-node-server DIRECTORY");

const tus = new Server({ path: "/files", datastore: new FileStore({ directory }) });
const port = await listen(
  createServer((request, response) => void tus.handle(request, response)),
  0,
);
if (!port.ok) throw new Error("no free port");
process.send?.(port.value);
process.once("disconnect", () => process.exit(0));
