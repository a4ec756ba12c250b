import { expect, test } from "vitest";
import { adviceForCode } from "#console/island/advice.ts";
import type { ListedUpload } from "#console/island/resources.ts";
import { closingWords, pausedWords, rowOfListed, rowOfTransfer } from "#console/island/row.ts";
import { Transfer, type Phase } from "#console/island/transfer.ts";

const NOW = 1_000_000;
const RECEIPT = { assetId: "ast_1", sha256: "ab" };
const advice = adviceForCode("upload_gone");

/** Ten megabytes, a quarter of them stored at 500 kB a second. */
function aTransfer(phase: Phase): Transfer {
  const never = (): Promise<never> => Promise.reject(new Error("nothing is sent here"));
  const transfer = new Transfer(
    new File([new Uint8Array(10_000_000)], "film.mp4"),
    null,
    {
      open: never,
      put: never,
      cancel: never,
      digest: never,
      sleep: never,
      isOnline: () => true,
      now: () => NOW,
      chance: () => 0,
    },
    () => undefined,
  );
  transfer.phase = phase;
  transfer.acknowledged = 2_500_000;
  transfer.pace = { bytesPerSecond: 500_000, at: NOW, bytes: 2_500_000 };
  return transfer;
}

const rowOf = (phase: Phase) => rowOfTransfer("new-1", aTransfer(phase), null, NOW);

test("on its way it says what is stored, how fast it goes and how long it takes", () => {
  expect(rowOf({ name: "sending" })).toMatchObject({
    badge: "Uploading",
    status: "2.5 MB of 10 MB stored.",
    pace: "500 kB/s, about 15 seconds left",
    percent: 25,
    actions: ["pause", "cancel"],
  });
});

test("of a speed that is not known nothing is said", () => {
  const transfer = aTransfer({ name: "sending" });
  transfer.pace = { ...transfer.pace, bytesPerSecond: null };
  expect(rowOfTransfer("new-1", transfer, null, NOW).pace).toBe("");
  transfer.pace = { ...transfer.pace, bytesPerSecond: 0.5 };
  expect(rowOfTransfer("new-1", transfer, null, NOW).pace).toBe("1 byte/s");
});

test.each<[Phase, string, readonly string[]]>([
  [{ name: "waiting" }, "10 MB, waits for its turn.", ["pause", "cancel"]],
  [{ name: "offline" }, "2.5 MB of 10 MB stored. It goes on by itself from there.", ["pause", "cancel"]],
  [{ name: "retrying", at: NOW + 1001 }, "2.5 MB of 10 MB stored. Interrupted: it goes on from there in 2 seconds.", ["pause", "cancel"]],
  [{ name: "retrying", at: NOW }, "2.5 MB of 10 MB stored. Interrupted: it goes on from there in 1 second.", ["pause", "cancel"]],
  [{ name: "paused", why: "asked" }, "2.5 MB of 10 MB stored. Paused.", ["go_on", "cancel"]],
  [
    { name: "paused", why: "taken_over" },
    "2.5 MB of 10 MB stored. Another tab or device is going on with this upload, so this one stopped.",
    ["go_on", "cancel"],
  ],
  [{ name: "settling" }, "Every byte is stored; it is being put together and checked. You may close this tab.", []],
  [{ name: "failed", advice, lost: false }, "2.5 MB of 10 MB stored.", ["try_again", "cancel"]],
])("%o is told in words, with what can be done", (phase, status, actions) => {
  expect(rowOf(phase)).toMatchObject({ status, actions, percent: 25 });
});

test.each<[Phase, string, readonly string[]]>([
  [{ name: "stored", receipt: RECEIPT, compared: false }, "10 MB stored and checked.", ["dismiss"]],
  [
    { name: "stored", receipt: RECEIPT, compared: true },
    "10 MB stored and checked. Its SHA-256 was compared with the file on this device: they are the same.",
    ["dismiss"],
  ],
  [{ name: "cancelled" }, "What had been stored is erased.", ["dismiss"]],
  [{ name: "failed", advice, lost: true }, "", ["try_again", "dismiss"]],
])("%o is over: no bar, whatever was stored", (phase, status, actions) => {
  expect(rowOf(phase)).toMatchObject({ status, actions, percent: null });
});

const aListed = (more: Partial<ListedUpload> = {}): ListedUpload => ({
  id: "upl_1",
  status: "receiving",
  filename: "film.mp4",
  length: 10_000_000,
  offset: 2_500_000,
  failureCode: null,
  createdAt: "2026-11-20T10:00:00Z",
  expiresAt: "2026-11-27T10:00:00Z",
  look: null,
  ...more,
});

test("what this browser began asks for its file, what another began says so", () => {
  expect(rowOfListed(aListed(), "here", null)).toMatchObject({
    badge: "Paused",
    status: "2.5 MB of 10 MB stored. To go on, choose the same file again.",
    percent: 25,
    actions: ["choose", "cancel"],
  });
  expect(rowOfListed(aListed({ length: null }), "elsewhere", null)).toMatchObject({
    badge: "Open",
    status: "2.5 MB stored, from another tab or device. To go on here, choose the same file.",
    percent: null,
    actions: ["choose", "cancel"],
  });
});

test("what is at hand goes on without a choice", () => {
  expect(rowOfListed(aListed(), "at_hand", null)).toMatchObject({
    badge: "Paused",
    status: "2.5 MB of 10 MB stored. It goes on from there when you say so.",
    actions: ["go_on", "cancel"],
  });
});

test("a file that is not the upload's own can be sent by itself", () => {
  expect(rowOfListed(aListed(), "here", advice)).toMatchObject({ tone: "bad", advice, actions: ["choose", "send_new", "cancel"] });
});

test.each([
  [aListed({ status: "completing" }), "Stored", 25],
  [aListed({ status: "completed" }), "Done", null],
  [aListed({ status: "cancelled" }), "Cancelled", null],
  [aListed({ status: "expired" }), "Expired", null],
] as const)("another's end is told, and nothing can be done about it: %o", (upload, badge, percent) => {
  expect(rowOfListed(upload, "elsewhere", null)).toMatchObject({ badge, percent, actions: [], advice: null });
});

test("a failure is told by its code, or by none", () => {
  expect(rowOfListed(aListed({ status: "failed", failureCode: "digest_mismatch" }), "elsewhere", null)).toMatchObject({
    tone: "bad",
    advice: { code: "digest_mismatch" },
  });
  expect(rowOfListed(aListed({ status: "failed" }), "elsewhere", null).advice?.code).toBe("upload_failed");
});

test("the tab may be closed when every byte is stored, and not before", () => {
  const sending = aTransfer({ name: "sending" });
  const stored = aTransfer({ name: "stored", receipt: RECEIPT, compared: true });
  const settling = aTransfer({ name: "settling" });
  expect(closingWords([])).toBe("");
  expect(closingWords([aTransfer({ name: "cancelled" }), aTransfer({ name: "failed", advice, lost: true })])).toBe("");
  expect(closingWords([sending, stored])).toBe("Keep this tab open: 1 file is on the way.");
  expect(closingWords([sending, aTransfer({ name: "offline" })])).toBe("Keep this tab open: 2 files are on the way.");
  expect(closingWords([stored, settling])).toBe("Every byte is stored. It is safe to close this tab.");
  for (const unfinished of [aTransfer({ name: "paused", why: "asked" }), aTransfer({ name: "failed", advice, lost: false })]) {
    expect(closingWords([stored, unfinished])).toBe(
      "Nothing is on its way, and what is stored stays stored. It is safe to close this tab.",
    );
  }
});

test("paused uploads are counted", () => {
  expect([0, 1, 2].map((count) => pausedWords(count, 0))).toEqual([
    "",
    "1 upload is paused. Choose the same file to go on where it stopped.",
    "2 uploads are paused. Choose the same files to go on where they stopped.",
  ]);
  expect([1, 2].map((count) => pausedWords(count, count))).toEqual([
    "1 upload is paused. It goes on where it stopped when you say so.",
    "2 uploads are paused. They go on where they stopped when you say so.",
  ]);
  expect(pausedWords(3, 2)).toBe("3 uploads are paused. Choose the same file to go on where it stopped; of 2 the file is at hand.");
});
