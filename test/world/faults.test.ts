import { afterEach, beforeEach, expect, test } from "vitest";
import { faultBook, type FaultRequest, faultSchema } from "./faults.ts";
import type { Store } from "./store.ts";
import { storeIn, temporaryDirectory } from "./testing.ts";

let directory: ReturnType<typeof temporaryDirectory>;
let store: Store;

beforeEach(() => {
  directory = temporaryDirectory();
  store = storeIn(directory.path);
});

afterEach(() => {
  store.close();
  directory.remove();
});

const parsed = (fault: FaultRequest) => faultSchema.parse(fault);
const occasion = { method: "PATCH", path: "/files/upl_1.secret", final: false };

test("a fault happens as often as it was asked for, oldest first", () => {
  const faults = faultBook(store);
  faults.add(parsed({ peer: "app", operation: "authenticate", kind: "timeout", times: 2 }));
  faults.add(parsed({ peer: "app", operation: "authenticate", kind: "status" }));
  faults.add(parsed({ peer: "app", operation: "callback", kind: "lost_reply" }));
  expect(faults.takeForApp("authenticate")?.kind).toBe("timeout");
  expect(faults.pending().map(({ kind, remaining }) => [kind, remaining])).toEqual([
    ["timeout", 1],
    ["status", 1],
    ["lost_reply", 1],
  ]);
  expect(faults.takeForApp("authenticate")?.kind).toBe("timeout");
  expect(faults.takeForApp("authenticate")).toMatchObject({ kind: "status", status: 503 });
  expect(faults.takeForApp("authenticate")).toBeNull();
  expect(faults.takeForApp("callback")?.kind).toBe("lost_reply");
  expect(faults.pending()).toEqual([]);
});

test("what has not happened yet survives a restart, what was cleared does not", () => {
  const before = faultBook(store);
  before.add(parsed({ peer: "edge", operation: "request", kind: "reset", after_bytes: 7, times: 3 }));
  before.takeForEdge(occasion);
  store.close();
  store = storeIn(directory.path);
  const after = faultBook(store);
  expect(after.pending()).toMatchObject([{ kind: "reset", after_bytes: 7, remaining: 2 }]);
  after.clear();
  expect(faultBook(store).pending()).toEqual([]);
});

test.each([
  [{ method: "patch" }, true],
  [{ method: "PUT" }, false],
  [{ path: "/files/" }, true],
  [{ path: "/upload/" }, false],
  [{ on: "final" as const }, false],
  [{}, true],
])("at the edge %j concerns a PATCH in mid-upload: %s", (conditions, concerned) => {
  const faults = faultBook(store);
  faults.add(parsed({ peer: "edge", operation: "request", kind: "lost_reply", ...conditions }));
  expect(faults.takeForEdge(occasion) !== null).toBe(concerned);
  expect(faults.pending()).toHaveLength(concerned ? 0 : 1);
});

test("faults of one peer leave the other alone", () => {
  const faults = faultBook(store);
  faults.add(parsed({ peer: "app", operation: "callback", kind: "reset" }));
  expect(faults.takeForEdge(occasion)).toBeNull();
  expect(faults.takeForApp("authenticate")).toBeNull();
});

test.each([
  [{ peer: "edge", operation: "request", kind: "cut", after_bytes: 1 }, true],
  [{ peer: "edge", operation: "request", kind: "cut", after_bytes: -1 }, false],
  [{ peer: "edge", operation: "request", kind: "cut", times: 0 }, false],
  [{ peer: "edge", operation: "callback", kind: "cut" }, false],
  [{ peer: "app", operation: "callback", kind: "cut" }, false],
  [{ peer: "app", operation: "callback", kind: "status", status: 99 }, false],
  [{ peer: "app", operation: "callback", kind: "delay" }, false],
  [{ peer: "app", operation: "callback", kind: "delay", delay_ms: 5 }, true],
  [{ peer: "app", operation: "callback", kind: "reset", unheard_of: 1 }, false],
  [{ peer: "nobody", operation: "callback", kind: "reset" }, false],
])("%j is a fault: %s", (fault, accepted) => {
  expect(faultSchema.safeParse(fault).success).toBe(accepted);
});
