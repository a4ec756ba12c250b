import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "./store.ts";
import { storeIn, temporaryDirectory } from "./testing.ts";

let directory: ReturnType<typeof temporaryDirectory>;

beforeEach(() => {
  directory = temporaryDirectory();
});

afterEach(() => directory.remove());

/** Another process that opens the store, keeps it, and says so. */
async function anotherWorld() {
  const script = `const { openStore } = await import(process.argv[1]); const opened = openStore(process.argv[2]); opened.value.settings.set("left", "this"); console.log("open"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, join(import.meta.dirname, "store.ts"), directory.path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

test("a state directory belongs to one world at a time", async () => {
  const other = await anotherWorld();
  expect(openStore(directory.path)).toEqual({ ok: false, error: { code: "state_in_use", directory: directory.path, pid: other.pid } });
  other.kill("SIGKILL");
  await new Promise((resolve) => other.once("exit", resolve));
  const store = storeIn(directory.path);
  expect(store.settings.get("left")).toBe("this");
  expect(readFileSync(join(directory.path, "world.pid"), "utf8")).toBe(`${process.pid}\n`);
  store.close();
});

test("only its owner can read what it keeps", () => {
  const store = storeIn(join(directory.path, "deep", "er"));
  expect(statSync(join(directory.path, "deep", "er", "world.sqlite")).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory.path, "deep", "er")).mode & 0o777).toBe(0o700);
  store.close();
});

test("keeps the newest 10,000 records, and counts the kept ones by id", () => {
  const store = storeIn(directory.path);
  store.callbacks.add("msg_old", "0");
  expect(store.callbacks.countOf("msg_old")).toBe(1);
  for (let n = 1; n <= 10_000; n += 1) store.callbacks.add("msg_new", String(n));
  const kept = store.callbacks.all();
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([10_000, "1", "10000"]);
  expect([store.callbacks.countOf("msg_old"), store.callbacks.countOf("msg_new")]).toEqual([0, 10_000]);
  store.close();
});
