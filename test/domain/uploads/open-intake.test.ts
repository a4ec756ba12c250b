import { describe, expect, test } from "vitest";
import { err, ok, type Result } from "#domain/result.ts";
import { consentMemory, REMEMBERED_MS } from "#domain/uploads/consent.ts";
import { intake } from "#domain/uploads/open-intake.ts";
import { partPlan } from "#domain/uploads/part-plan.ts";
import type { UploadSessions, UploadSpec } from "#domain/uploads/upload-session.ts";
import { aCreator, aDraft, DAY_MS, newId, NOW, aStamp } from "#test/fakes/builders.ts";
import { FAKE_LIMITS } from "#test/fakes/fake-intake.ts";
import { fakeApplication } from "#test/fakes/fake-application.ts";
import { intakeUnderTest } from "#test/fakes/intake-under-test.ts";

const valueOf = <T, E>(result: Result<T, E>): T => {
  if (!result.ok) throw new Error(`expected success, got ${JSON.stringify(result.error)}`);
  return result.value;
};
const codeOf = <T>(result: Result<T, { readonly code: string }>): string | null => (result.ok ? null : result.error.code);

describe("opening", () => {
  test("reserves, opens the session and gives a handle that opens it", async () => {
    const { intake, as, creator, directory } = await intakeUnderTest();
    const opened = valueOf(await intake.open(aDraft({ externalId: "x", metadata: { a: "b" } }), as(), null));
    expect(opened.upload).toMatchObject({
      status: "receiving",
      creatorId: creator.id,
      length: 1000,
      offset: 0,
      externalId: "x",
      metadata: { a: "b" },
    });
    expect(opened).toMatchObject({ replayed: false, access: { by: "handle" } });
    expect(opened.handle).toMatch(/^upl_[0-9a-z]{26}\.[\w-]{43}$/);
    const found = await intake.byHandle(opened.handle);
    expect(found === null ? null : await found.session.view(found.access)).toMatchObject({ ok: true, value: { id: opened.upload.id } });
    expect(await directory.find(opened.upload.id)).toMatchObject({ status: "receiving", length: 1000 });
  });

  test("keeps nothing of the handle's secret but its hash", async () => {
    const { intake, as, secrets } = await intakeUnderTest();
    const { handle, access } = valueOf(await intake.open(aDraft(), as(), null));
    const secret = handle.split(".")[1] ?? "";
    expect(access).toEqual({ by: "handle", secretHash: await secrets.sha256(secret) });
  });

  test.each([
    ["nobody", null],
    ["an unknown key", `Bearer ${newId("key")}_${"a".repeat(43)}`],
    ["what is no key of ours", "Bearer something"],
  ])("refuses %s", async (_who, authorization) => {
    const { intake, as } = await intakeUnderTest();
    expect(codeOf(await intake.open(aDraft(), as(authorization), null))).toBe("unauthorized");
  });

  test("refuses a key that is revoked, expired or has not the scope", async () => {
    const { intake, as, keyWith, keys, time } = await intakeUnderTest();
    const open = (authorization: string) => intake.open(aDraft(), as(authorization), null).then(codeOf);
    const reader = await keyWith({ scopes: ["uploads:read"] });
    expect(await open(reader.authorization)).toBe("forbidden");
    const dated = await keyWith({ expiresAt: NOW + 10 });
    expect(await open(dated.authorization)).toBeNull();
    time.now = NOW + 10;
    expect(await open(dated.authorization)).toBe("unauthorized");
    const revoked = await keyWith();
    expect(await open(revoked.authorization)).toBeNull();
    await keys.revoke(revoked.key.creatorId, revoked.key.id, aStamp());
    expect(await open(revoked.authorization)).toBe("unauthorized");
  });

  test("refuses one byte more than the largest upload when it is announced", async () => {
    const { intake, as } = await intakeUnderTest({ limits: { maxUploadBytes: 1000 } });
    expect(codeOf(await intake.open(aDraft({ length: 1001 }), as(), null))).toBe("upload_too_large");
    expect(codeOf(await intake.open(aDraft({ length: 1000 }), as(), null))).toBeNull();
  });

  test("computes two digests always, and what is declared or asked for besides", async () => {
    const under = await intakeUnderTest();
    const specs: UploadSpec[] = [];
    const sessions: UploadSessions = {
      get: (id) => {
        const session = under.sessions.get(id);
        return { ...session, open: (spec, ...rest) => (specs.push(spec), session.open(spec, ...rest)) };
      },
    };
    const watched = intake({ ...under, sessions }, consentMemory(1));
    await watched.open(aDraft(), under.as(), null);
    await watched.open(aDraft({ declared: { md5: "00".repeat(16) }, alsoCompute: ["blake3"] }), under.as(), null);
    expect(specs.map(({ algorithms }) => algorithms)).toEqual([
      ["sha256", "crc32c"],
      ["sha256", "crc32c", "blake3", "md5"],
    ]);
    expect(specs[1]?.declared).toEqual({ md5: "00".repeat(16) });
  });

  test.each([
    [1000, 1000],
    [null, FAKE_LIMITS.maxUploadBytes],
  ])("allows an upload of length %s at most %d bytes", async (length, maxBytes) => {
    const { intake: opening, as } = await intakeUnderTest();
    const { upload } = valueOf(await opening.open(aDraft({ length }), as(), null));
    expect(upload).toMatchObject({ length, maxBytes, partBytes: partPlan(maxBytes).partBytes });
  });
});

describe("an idempotency key", () => {
  const key = { key: "k1", fingerprint: "f1" };

  test("gives the same upload under the same URL", async () => {
    const { intake, as } = await intakeUnderTest();
    const first = valueOf(await intake.open(aDraft(), as(), key));
    const again = valueOf(await intake.open(aDraft(), as(), key));
    expect(again).toMatchObject({ handle: first.handle, replayed: true, upload: { id: first.upload.id } });
  });

  test("refuses another request", async () => {
    const { intake, as } = await intakeUnderTest();
    valueOf(await intake.open(aDraft(), as(), key));
    expect(codeOf(await intake.open(aDraft(), as(), { ...key, fingerprint: "f2" }))).toBe("idempotency_key_reused");
  });

  test("heals an upload whose opening died between the directory and the session", async () => {
    const under = await intakeUnderTest();
    const { as, sessions } = under;
    const broken: UploadSessions = { get: (id) => ({ ...sessions.get(id), open: () => Promise.reject(new Error("gone")) }) };
    const dying = intake({ ...under, sessions: broken }, consentMemory(1));
    await expect(dying.open(aDraft(), as(), key)).rejects.toThrow("gone");
    const opened = valueOf(await under.intake.open(aDraft(), as(), key));
    expect(opened).toMatchObject({ replayed: true, upload: { status: "receiving", offset: 0 } });
    expect(sessions.known.get(opened.upload.id)?.progress()).toMatchObject({ id: opened.upload.id });
  });
});

describe("names", () => {
  test("find the open upload of their creator alone", async () => {
    const { intake, as, keyWith, creators } = await intakeUnderTest();
    const { upload } = valueOf(await intake.open(aDraft({ name: "a.mp4" }), as(), null));
    expect(valueOf(await intake.byName("a.mp4", as()))).toMatchObject({ id: upload.id, access: { by: "creator" } });
    const other = aCreator();
    await creators.add(other, null);
    const { authorization } = await keyWith({}, other);
    expect(codeOf(await intake.byName("a.mp4", as(authorization)))).toBe("upload_not_found");
    expect(codeOf(await intake.byName("a.mp4", as(null)))).toBe("unauthorized");
  });

  test("are taken while an upload is open", async () => {
    const { intake, as } = await intakeUnderTest();
    const { upload } = valueOf(await intake.open(aDraft({ name: "a.mp4" }), as(), null));
    expect(await intake.open(aDraft({ name: "a.mp4" }), as(), null)).toEqual({
      ok: false,
      error: { code: "upload_in_progress", uploadId: upload.id },
    });
  });
});

describe("handles", () => {
  test.each([
    "",
    "upl_1.x",
    `${newId("upl")}`,
    `${newId("upl")}.short`,
    `${newId("ast")}.${"a".repeat(43)}`,
    `${newId("upl")}.${"a".repeat(44)}`,
  ])("%s is none", async (text) => {
    const { intake } = await intakeUnderTest();
    expect(await intake.byHandle(text)).toBeNull();
  });

  test("that are new let a second device in, and the first one stays in", async () => {
    const { intake, as, creator } = await intakeUnderTest();
    const first = valueOf(await intake.open(aDraft(), as(), null));
    const found = { id: first.upload.id, access: { by: "creator", creatorId: creator.id } as const, session: first.session };
    const second = valueOf(await intake.newHandle(found, creator.id));
    expect(second.handle).not.toBe(first.handle);
    for (const { handle } of [first, second]) {
      const opened = await intake.byHandle(handle);
      expect(opened === null ? null : await opened.session.view(opened.access)).toMatchObject({ ok: true });
    }
    const guessed = await intake.byHandle(`${first.upload.id}.${"a".repeat(43)}`);
    expect(guessed === null ? null : await guessed.session.view(guessed.access)).toMatchObject({ error: { code: "upload_not_found" } });
  });
});

describe("a final upload", () => {
  test("is as long as its partials, which have to be complete and of its creator", async () => {
    const { intake, as, sessions } = await intakeUnderTest();
    const partial = valueOf(await intake.open(aDraft({ kind: "partial", length: 0 }), as(), null));
    const whole = valueOf(await intake.open(aDraft({ length: 0 }), as(), null));
    const open = valueOf(await intake.open(aDraft({ kind: "partial", length: 9 }), as(), null));
    const final = (partials: string[]) => intake.open(aDraft({ kind: "final", partials, length: null }), as(), null);
    const requestId = newId("req");
    await sessions.of(partial.upload.id).complete({ requestId, access: partial.access, waitMs: 0 });
    expect(valueOf(await final([partial.handle, partial.handle])).upload).toMatchObject({ kind: "final", length: 0 });
    expect(await final([])).toMatchObject({ error: { code: "concatenation_invalid" } });
    expect(await final([partial.handle, whole.handle])).toMatchObject({
      error: { code: "concatenation_invalid", detail: "Partial 2: not a partial upload." },
    });
    expect(await final([open.handle])).toMatchObject({ error: { detail: "Partial 1: receiving, not completed." } });
    expect(await final([`${newId("upl")}.${"a".repeat(43)}`])).toMatchObject({ error: { detail: "Partial 1: no such upload." } });
    expect(await final(["nonsense"])).toMatchObject({ error: { detail: "Partial 1: no such upload." } });
  });
});

describe("the application", () => {
  const refusal = err({ code: "application_refused", status: 402, body: "pay", contentType: "text/plain" } as const);

  test("is asked afresh for every opening, with the header as it came", async () => {
    const application = fakeApplication();
    const { intake, as, creator, authorization } = await intakeUnderTest({ application });
    valueOf(await intake.open(aDraft(), as(), null));
    valueOf(await intake.open(aDraft(), as(), null));
    expect(application.asked).toHaveLength(2);
    expect(application.asked[0]).toMatchObject({
      action: "open",
      authorization,
      creatorId: creator.id,
      upload: { id: null, filename: "holiday.mp4", length: 1000 },
    });
  });

  test("opens nothing when it refuses", async () => {
    const application = fakeApplication();
    application.answer = refusal;
    const { intake, as, sessions, directory, creator } = await intakeUnderTest({ application });
    expect(await intake.open(aDraft(), as(), null)).toEqual(refusal);
    expect(sessions.known.size).toBe(0);
    expect(await directory.list(creator.id, { status: null, externalId: null }, { limit: 9, before: null })).toMatchObject({ items: [] });
  });

  test("names the creator of a caller without a key, who is made on demand and once", async () => {
    const application = fakeApplication();
    application.answer = ok({ creator: "newsroom" });
    const { intake, as, creators } = await intakeUnderTest({ application });
    const first = valueOf(await intake.open(aDraft(), as("Basic abc"), null));
    const second = valueOf(await intake.open(aDraft(), as("Basic abc"), null));
    expect(first.upload.creatorId).toBe((await creators.byExternalId("newsroom"))?.id);
    expect(second.upload.creatorId).toBe(first.upload.creatorId);
    application.answer = ok({ creator: null });
    const anonymous = valueOf(await intake.open(aDraft(), as(null), null));
    expect(anonymous.upload.creatorId).toBe((await creators.byExternalId("default"))?.id);
  });

  test("has no say in whose uploads a key's are", async () => {
    const application = fakeApplication();
    application.answer = ok({ creator: "newsroom" });
    const { intake, as, creator } = await intakeUnderTest({ application });
    expect(valueOf(await intake.open(aDraft(), as(), null)).upload.creatorId).toBe(creator.id);
  });

  test("is asked about a resumption once a minute by header and upload, and every time while it refuses", async () => {
    const application = fakeApplication();
    const { intake, as, time } = await intakeUnderTest({ application });
    const { handle } = valueOf(await intake.open(aDraft(), as(), null));
    const found = (await intake.byHandle(handle)) ?? expect.unreachable();
    const resume = async (authorization?: string | null) => codeOf(await intake.mayResume(found, as(authorization)));
    const asked = () => application.asked.filter(({ action }) => action === "resume").length;
    application.answer = refusal;
    expect([await resume(), await resume(), asked()]).toEqual(["application_refused", "application_refused", 2]);
    application.answer = ok({ creator: null });
    expect([await resume(), await resume(), asked()]).toEqual([null, null, 3]);
    expect([await resume("Basic other"), asked()]).toEqual([null, 4]);
    time.now += 59_999;
    expect([await resume(), asked()]).toEqual([null, 4]);
    time.now += 1;
    expect([await resume(), asked()]).toEqual([null, 5]);
    expect(application.asked.at(-1)?.upload).toMatchObject({ id: found.id, offset: 0 });
  });

  test("is asked once when a name is looked up and gone on with", async () => {
    const application = fakeApplication();
    const { intake, as } = await intakeUnderTest({ application });
    valueOf(await intake.open(aDraft({ name: "a.mp4" }), as(), null));
    const found = valueOf(await intake.byName("a.mp4", as()));
    expect(codeOf(await intake.mayResume(found, as()))).toBeNull();
    expect(application.asked.map(({ action }) => action)).toEqual(["open", "resume"]);
  });

  test("is asked afresh before completion, and holds it up", async () => {
    const application = fakeApplication();
    const { intake, as } = await intakeUnderTest({ application });
    const { handle, access, session, upload } = valueOf(await intake.open(aDraft({ length: 0 }), as(), null));
    const found = (await intake.byHandle(handle)) ?? expect.unreachable();
    const progress = valueOf(await session.query({ requestId: newId("req"), access, length: null, declared: {}, holds: false }));
    expect(progress).toMatchObject({ awaitsCompletion: true, status: "receiving" });
    application.answer = refusal;
    expect(await intake.settle(found, progress, as())).toEqual(refusal);
    application.answer = ok({ creator: null });
    expect(valueOf(await intake.settle(found, progress, as()))).toMatchObject({ id: upload.id, status: "completed" });
    expect(application.asked.filter(({ action }) => action === "complete")).toHaveLength(2);
  });
});

test("remembers the latest consents, and no more than it has room for", () => {
  const memory = consentMemory(2);
  for (const subject of ["a", "b", "c"]) memory.keep("h", subject, { creator: subject }, NOW);
  expect(["a", "b", "c"].map((subject) => memory.recall("h", subject, NOW)?.creator)).toEqual([undefined, "b", "c"]);
  expect(memory.recall("other", "c", NOW)).toBeNull();
  expect([memory.recall("h", "c", NOW + REMEMBERED_MS - 1)?.creator, memory.recall("h", "c", NOW + REMEMBERED_MS)]).toEqual(["c", null]);
});

test("without an application everybody with a handle may go on", async () => {
  const { intake, as } = await intakeUnderTest();
  const { handle } = valueOf(await intake.open(aDraft(), as(), null));
  const found = (await intake.byHandle(handle)) ?? expect.unreachable();
  expect(await intake.mayResume(found, as(null))).toEqual(ok(true));
});

test("a name is found for seven days after completion", async () => {
  const { intake, as, directory, creator, time } = await intakeUnderTest();
  const { upload } = valueOf(await intake.open(aDraft({ name: "a.mp4" }), as(), null));
  await directory.put({ ...upload, status: "completed", finishedAt: NOW, sequence: 9, creatorId: creator.id });
  time.now = NOW + 7 * DAY_MS;
  expect(codeOf(await intake.byName("a.mp4", as()))).toBeNull();
  time.now += 1;
  expect(codeOf(await intake.byName("a.mp4", as()))).toBe("upload_not_found");
});
