import { readFileSync } from "node:fs";
import { googleFile, googleUpload } from "./google-client.ts";

/** A program that sends a file, in a session of its own or in the one that it is told of: ENDPOINT PATH CHUNK_BYTES [URI]. Says the URI, then the object. */
const [endpoint = "", path = "", chunkBytes = "", uri] = process.argv.slice(2);
const file = googleFile(endpoint, "resumed.mp4");
const options = { chunkSize: Number(chunkBytes), metadata: { contentType: "video/mp4" }, ...(uri !== undefined && { uri }) };
await googleUpload(file, readFileSync(path), options, (begun) => process.stdout.write(`${begun}\n`));
process.stdout.write(`${JSON.stringify(file.metadata)}\n`);
