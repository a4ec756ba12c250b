import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SMALLEST_CHUNK } from "#console/island/chunk.ts";
import type { Reply } from "#console/island/reply.ts";
import { Transfer, type Opening, type OpenUpload, type RangeRequest, type TransferPorts } from "#console/island/transfer.ts";

const MIB = 1024 * 1024;
const UPLOAD: OpenUpload = { id: "upl_1", url: "/files/upl_1.secret", partBytes: 8 * MIB, maxAppendBytes: 95_000_000 };

const content = new Uint8Array(20 * MIB).map((_, index) => (index * 7 + (index >> 10)) % 256);
const SHA256 = createHash("sha256").update(content).digest("hex");
const aFile = (): File => new File([content], "film.mp4", { type: "video/mp4" });

type Fault = "lost_request" | "lost_reply" | "opaque_413" | { readonly cut: number } | { readonly status: number; readonly code?: string };

/** An upload's other end: it stores what comes, and does to each request with a body what was arranged for it. */
function anUploadEnd(faults: readonly (Fault | null)[]) {
  const left = [...faults];
  const received: Uint8Array[] = [];
  let stored = 0;
  const sizes: number[] = [];
  const digests: (string | null)[] = [];
  const reply = (status: number, headers: Record<string, string> = {}, body: object = {}): Reply => {
    const known = new Headers(headers);
    return { status, header: (name) => known.get(name), text: JSON.stringify(body) };
  };
  const standing = (): Reply =>
    stored === content.byteLength
      ? reply(200, {}, { asset_id: "ast_1", sha256: createHash("sha256").update(Buffer.concat(received)).digest("hex") })
      : reply(308, stored === 0 ? {} : { Range: `bytes=0-${stored - 1}` });
  const store = async (body: Blob, bytes: number): Promise<void> => {
    received.push(new Uint8Array(await body.slice(0, bytes).arrayBuffer()));
    stored += bytes;
  };

  async function put(url: string, { contentRange, body, digest }: RangeRequest): Promise<Reply> {
    expect(url).toBe(UPLOAD.url);
    if (body === null) return standing();
    const start = Number(/^bytes (\d+)-/.exec(contentRange)?.[1]);
    expect(start).toBe(stored);
    sizes.push(body.size);
    digests.push(digest);
    const fault = left.shift() ?? null;
    if (fault === "lost_request") return null;
    if (fault === "opaque_413") return reply(413, { "Content-Type": "text/html" });
    if (fault !== null && typeof fault === "object") {
      if ("cut" in fault) {
        await store(body, fault.cut);
        return null;
      }
      const { status, code } = fault;
      return reply(status, code === undefined ? {} : { "Content-Type": "application/problem+json" }, { code, retryable: false });
    }
    await store(body, body.size);
    return fault === "lost_reply" ? null : standing();
  }
  return { put, sizes, digests, bytes: () => Buffer.concat(received), pending: () => left.length };
}

function aTransfer(end: ReturnType<typeof anUploadEnd>, more: Partial<TransferPorts> = {}) {
  let now = 0;
  const phases: string[] = [];
  const slept: number[] = [];
  const cancelled: string[] = [];
  const transfer = new Transfer(
    aFile(),
    null,
    {
      open: async () => ({ ok: true, value: UPLOAD }),
      put: async (url, request) => {
        now += 1000;
        return end.put(url, request);
      },
      cancel: async (id) => void cancelled.push(id),
      digest: async () => SHA256,
      isOnline: () => true,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
      now: () => now,
      chance: () => 0,
      ...more,
    },
    ({ phase }) => {
      if (phases.at(-1) !== phase.name) phases.push(phase.name);
    },
  );
  return { transfer, phases, slept, cancelled };
}

describe("a transfer", () => {
  test("arrives whole, and declares the file's digest with its last bytes alone", async () => {
    const end = anUploadEnd([]);
    const { transfer, phases } = aTransfer(end);
    await transfer.start();
    expect(transfer.phase).toMatchObject({ name: "stored", compared: true, receipt: { assetId: "ast_1", sha256: SHA256 } });
    expect(end.sizes.slice(0, 2)).toEqual([MIB, 4 * MIB]);
    expect(end.digests.slice(0, -1).every((digest) => digest === null)).toBe(true);
    expect(end.digests.at(-1)).toBe(`sha-256=:${Buffer.from(SHA256, "hex").toString("base64")}:`);
    expect(phases).toEqual(["opening", "sending", "checking", "sending", "stored"]);
  });

  test.each<[string, readonly (Fault | null)[]]>([
    ["a lost request", ["lost_request"]],
    ["lost replies, of the last bytes too", ["lost_reply", null, "lost_reply"]],
    ["bodies that are cut", [{ cut: 500_001 }, { cut: 0 }, { cut: 77 }]],
    ["outages", [{ status: 503 }, { status: 502 }, { status: 429 }, { status: 408 }]],
    ["all of it", ["lost_request", { cut: 12_345 }, "opaque_413", { status: 500 }, "lost_reply"]],
  ])("survives %s", async (_name, faults) => {
    const end = anUploadEnd(faults);
    const { transfer } = aTransfer(end);
    await transfer.start();
    expect(transfer.phase).toMatchObject({ name: "stored", compared: true });
    expect(end.bytes().equals(content)).toBe(true);
    expect(end.pending()).toBe(0);
  });

  test("halves its chunk on each 413 that is not ours", async () => {
    const end = anUploadEnd(["opaque_413", "opaque_413"]);
    await aTransfer(end).transfer.start();
    expect(end.sizes.slice(0, 3)).toEqual([MIB, MIB / 2, MIB / 4]);
    expect(Math.max(...end.sizes.slice(2))).toBe(MIB / 4);
  });

  test("gives up, in words, when not even the smallest chunk passes", async () => {
    const end = anUploadEnd(Array.from({ length: 20 }, () => "opaque_413" as const));
    const { transfer } = aTransfer(end);
    await transfer.start();
    expect(transfer.phase).toMatchObject({ name: "failed", lost: false, advice: { code: "http_413" } });
    expect(end.sizes.at(-1)).toBe(SMALLEST_CHUNK);
  });

  test("halves its chunk when connections break again and again, and takes larger ones again when they pass", async () => {
    const end = anUploadEnd(["lost_request", "lost_request"]);
    await aTransfer(end).transfer.start();
    expect(end.sizes.slice(0, 3)).toEqual([MIB, MIB, MIB / 2]);
    expect(Math.max(...end.sizes)).toBeGreaterThan(MIB);
  });

  test("waits longer after each failure, and from the beginning after success", async () => {
    const end = anUploadEnd(["lost_request", "lost_request", null, "lost_request"]);
    const { transfer, slept } = aTransfer(end);
    await transfer.start();
    expect(slept).toEqual([250, 500, 250]);
  });

  test("without a connection it says so instead of counting seconds", async () => {
    const { transfer, phases } = aTransfer(anUploadEnd(["lost_request"]), { isOnline: () => false });
    await transfer.start();
    expect(phases).toContain("offline");
    expect(phases).not.toContain("retrying");
  });

  test("pauses, and goes on with what was stored", async () => {
    const end = anUploadEnd([]);
    const { transfer } = aTransfer(end, {
      put: async (url, request) => {
        const reply = await end.put(url, request);
        if (end.sizes.length === 1 && transfer.phase.name === "sending" && request.body !== null) transfer.pause();
        return reply;
      },
    });
    await transfer.start();
    expect(transfer.phase).toEqual({ name: "paused", why: "asked" });
    expect(transfer.inFlight).toBe(false);
    transfer.goOn();
    expect(transfer.turn).toBe("waiting");
    await transfer.start();
    expect(transfer.phase.name).toBe("stored");
    expect(end.bytes().equals(content)).toBe(true);
  });

  test("stops for another writer instead of taking the upload back", async () => {
    const { transfer } = aTransfer(anUploadEnd([{ status: 409, code: "superseded" }]));
    await transfer.start();
    expect(transfer.phase).toEqual({ name: "paused", why: "taken_over" });
  });

  test("begins anew after an upload that is gone, and goes on after one that is not", async () => {
    const end = anUploadEnd([{ status: 410, code: "upload_gone" }]);
    const { transfer } = aTransfer(end);
    await transfer.start();
    expect(transfer.phase).toMatchObject({ name: "failed", lost: true, advice: { code: "upload_gone" } });
    transfer.goOn();
    expect(transfer.upload).toBeNull();

    const refused = aTransfer(anUploadEnd([{ status: 403 }])).transfer;
    await refused.start();
    refused.goOn();
    expect(refused.upload).toEqual(UPLOAD);
  });

  test("a file that can't be read any more fails in words, and stays open", async () => {
    const { transfer } = aTransfer(anUploadEnd([]));
    transfer.file.slice = () => {
      throw new DOMException("changed", "NotReadableError");
    };
    await transfer.start();
    expect(transfer.phase).toMatchObject({ name: "failed", lost: false, advice: { code: "file_unreadable" } });
  });

  test("cancels at the other end too", async () => {
    const { transfer, cancelled } = aTransfer(anUploadEnd([{ status: 403 }]));
    await transfer.start();
    await transfer.cancel();
    expect(transfer.phase.name).toBe("cancelled");
    expect(cancelled).toEqual([UPLOAD.id]);
  });

  test("asks again with the same request when it is not known whether it was opened", async () => {
    let asked = 0;
    const { transfer } = aTransfer(anUploadEnd([]), {
      open: async () => {
        asked += 1;
        const advice = { happened: "", done: "", todo: "", code: "unreachable" };
        return asked < 3 ? { ok: false, retryable: true, advice } : { ok: true, value: UPLOAD };
      },
    });
    await transfer.start();
    expect([asked, transfer.phase.name]).toEqual([3, "stored"]);
  });

  test("what is begun while somebody pauses is known when it goes on", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<Opening>();
    let asked = 0;
    const { transfer, phases } = aTransfer(anUploadEnd([]), {
      open: () => {
        asked += 1;
        return answered;
      },
    });
    const before = transfer.start();
    transfer.pause();
    transfer.goOn();
    const after = transfer.start();
    transfer.pause();
    answer({ ok: true, value: UPLOAD });
    await Promise.all([before, after]);
    expect([transfer.phase.name, transfer.upload, asked]).toEqual(["paused", UPLOAD, 1]);
    transfer.goOn();
    await transfer.start();
    expect([phases.at(-1), asked]).toEqual(["stored", 1]);
  });

  test("what is begun while somebody cancels is erased", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<Opening>();
    const { transfer, cancelled } = aTransfer(anUploadEnd([]), { open: () => answered });
    const started = transfer.start();
    await transfer.cancel();
    expect(cancelled).toEqual([]);
    answer({ ok: true, value: UPLOAD });
    await started;
    expect([transfer.phase.name, cancelled]).toEqual(["cancelled", [UPLOAD.id]]);
  });

  test("is not called compared when the digest could not be computed", async () => {
    const { transfer } = aTransfer(anUploadEnd([]), { digest: () => Promise.reject(new Error("no worker")) });
    await transfer.start();
    expect(transfer.phase).toMatchObject({ name: "stored", compared: false });
  });
});
