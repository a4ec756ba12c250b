import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { CreatorId, UploadId } from "#domain/ids.ts";
import { err, ok } from "#domain/result.ts";
import type { Access, UploadProgress, UploadSession } from "#domain/uploads/upload-session.ts";
import type { EventFeed } from "#durable-objects/event-feed/event-feed.ts";
import { WATCHED_AT_MOST } from "#durable-objects/event-feed/progress.ts";
import type { FeedServices } from "#durable-objects/event-feed/services.ts";
import { collectedLog } from "../../fakes/collected-log.ts";
import { aProgress, newId } from "../../fakes/builders.ts";
import { anEvent, Ear, feeds, stubOf, withServices } from "./feed-under-test.ts";

/** The uploads of one creator, a clock that only `pass` moves, and what was asked of both. */
class Uploads {
  readonly creatorId: CreatorId = newId("crt");
  readonly open = new Map<UploadId, UploadProgress>();
  readonly looks: { readonly id: UploadId; readonly at: number; readonly access: Access }[] = [];
  readonly log = collectedLog();
  queries = 0;
  /** Tomorrow: no alarm goes off by itself. */
  now = Date.now() + 24 * 3600_000;
  failing = false;
  lookMs = 0;
  atOnce = 0;
  mostAtOnce = 0;
  /** What moves, by so many bytes a second. */
  moving: { id: UploadId; bytes: number } | null = null;
  readonly #sleepers = new Set<number>();
  #isRunning = false;

  add(changes: Partial<UploadProgress> = {}): UploadId {
    const progress = aProgress({ creatorId: this.creatorId, length: 1_000_000, ...changes });
    this.open.set(progress.id, progress);
    return progress.id;
  }

  change(id: UploadId, changes: Partial<UploadProgress>): void {
    const progress = this.open.get(id);
    if (progress !== undefined) this.open.set(id, { ...progress, ...changes });
  }

  async inject(): Promise<void> {
    const services: FeedServices = {
      log: this.log,
      now: () => this.now,
      openUploads: async (_creatorId, limit) => {
        this.queries += 1;
        if (this.failing) throw new Error("the directory is away");
        return [...this.open.keys()].slice(0, limit);
      },
      sleep: async (ms) => {
        const until = this.now + ms;
        this.#sleepers.add(until);
        while (this.now < until) await scheduler.wait(1);
        this.#sleepers.delete(until);
      },
      sessions: { get: (id) => this.#session(id) },
    };
    await withServices(this.creatorId, services);
  }

  #session(id: UploadId): UploadSession {
    const unused = (): never => {
      throw new Error("a feed only looks");
    };
    return {
      look: async (access) => {
        this.looks.push({ id, at: this.now, access });
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
        await scheduler.wait(this.lookMs);
        this.atOnce -= 1;
        if (this.failing) throw new Error("the session is away");
        const progress = this.open.get(id);
        return progress === undefined ? err({ code: "upload_not_found" }) : ok(progress);
      },
      open: unused,
      view: unused,
      query: unused,
      append: unused,
      complete: unused,
      cancel: unused,
      admitHandle: unused,
      source: unused,
      retire: unused,
      sweep: unused,
    };
  }

  /** So many seconds, from one alarm or awakening to the next. */
  async pass(seconds: number): Promise<void> {
    const until = this.now + seconds * 1000;
    for (;;) {
      await this.#stillness();
      const alarm = this.#isRunning ? null : await this.alarmAt();
      if (alarm !== null && alarm <= this.now) this.#runAlarm();
      else {
        const next = Math.min(until, alarm ?? until, ...this.#sleepers);
        this.#advanceTo(next);
        if (next === until && alarm !== until && !this.#sleepers.has(until)) return;
      }
    }
  }

  #advanceTo(next: number): void {
    const { moving } = this;
    if (moving !== null)
      this.change(moving.id, { offset: (this.open.get(moving.id)?.offset ?? 0) + (moving.bytes * (next - this.now)) / 1000 });
    this.now = next;
  }

  #runAlarm(): void {
    this.#isRunning = true;
    void runDurableObjectAlarm(stubOf(this.creatorId)).finally(() => {
      this.#isRunning = false;
    });
  }

  alarmAt(): Promise<number | null> {
    return runInDurableObject(stubOf(this.creatorId), (_feed: EventFeed, { storage }) => storage.getAlarm());
  }

  /** Until whoever runs sleeps till later, or has ended. */
  async #stillness(): Promise<void> {
    const sleeps = (): boolean => [...this.#sleepers].some((until) => until > this.now);
    while (this.#isRunning && !sleeps()) await scheduler.wait(1);
  }

  async listens(resource: string | null = null): Promise<Ear> {
    return Ear.at(this.creatorId, { progress: true, resource });
  }
}

/** A creator whose feed has been given these services before anybody listened. */
async function uploads(): Promise<Uploads> {
  const rig = new Uploads();
  await rig.inject();
  return rig;
}

describe("how far uploads are", () => {
  test("is told once a second while they move, with a rate and when they will be over", async () => {
    const rig = await uploads();
    const id = rig.add();
    rig.moving = { id, bytes: 100_000 };
    const ear = await rig.listens();
    await rig.pass(4);
    await vi.waitFor(() => expect(ear.paces).toHaveLength(5));
    expect(ear.paces[0]).toEqual({ uploadId: id, offset: 0, length: 1_000_000, rateBps: 0, etaSeconds: null });
    expect(ear.paces[4]).toEqual({ uploadId: id, offset: 400_000, length: 1_000_000, rateBps: 100_000, etaSeconds: 6 });
    const gaps = rig.looks.slice(1).map(({ at }, index) => at - (rig.looks[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    expect(rig.looks.every(({ access }) => access.by === "creator" && access.creatorId === rig.creatorId)).toBe(true);
  });

  test("is looked at for nobody who has not asked", async () => {
    const rig = await uploads();
    rig.add();
    await Ear.at(rig.creatorId);
    await feeds.publish(rig.creatorId, [anEvent(rig.creatorId, 1, { type: "upload.created", resource: rig.add() })]);
    expect(await rig.alarmAt()).toBeNull();
    expect([rig.queries, rig.looks.length]).toEqual([0, 0]);
  });

  test("costs one query and one look a second, however many listen", async () => {
    const rig = await uploads();
    const id = rig.add();
    rig.moving = { id, bytes: 1 };
    const ears: Ear[] = [];
    for (let group = 0; group < 4; group++) ears.push(...(await Promise.all(Array.from({ length: 50 }, () => rig.listens()))));
    await rig.pass(3);
    await vi.waitFor(() => expect(ears.every(({ paces }) => paces.length >= 4)).toBe(true));
    expect([rig.queries, rig.looks.length]).toEqual([1, 4]);
  });

  test("is told to nobody twice in a second, and asked of the directory once a minute, whoever comes in between", async () => {
    const rig = await uploads();
    rig.moving = { id: rig.add(), bytes: 1_000 };
    const first = await rig.listens();
    for (let comer = 0; comer < 9; comer++) {
      await rig.pass(0.3);
      await rig.listens();
    }
    await rig.pass(2);
    const gaps = rig.looks.slice(1).map(({ at }, index) => at - (rig.looks[index]?.at ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    await vi.waitFor(() => expect(first.paces).toHaveLength(rig.looks.length));
    expect(rig.queries).toBe(1);
  });

  test("is told to each listener of the upload that it named, and no query is needed for that", async () => {
    const rig = await uploads();
    const [one, other] = [rig.add(), rig.add()];
    const [ofOne, ofOther] = [await rig.listens(one), await rig.listens(other)];
    await rig.pass(1);
    await vi.waitFor(() => expect([ofOne.paces.length, ofOther.paces.length]).toEqual([1, 1]));
    expect([ofOne.paces[0]?.uploadId, ofOther.paces[0]?.uploadId, rig.queries]).toEqual([one, other, 0]);
  });

  test("of somebody else's upload, or of none, is nothing", async () => {
    const rig = await uploads();
    const ear = await rig.listens(newId("upl"));
    await rig.pass(5);
    expect((await ear.settled()).paces).toEqual([]);
    expect([rig.looks.length, await rig.alarmAt()]).toEqual([1, null]);
  });

  test("includes what is opened while somebody listens, and ends with the upload", async () => {
    const rig = await uploads();
    const ear = await rig.listens();
    await rig.pass(1);
    expect(await rig.alarmAt()).toBeNull();
    const id = rig.add();
    await feeds.publish(rig.creatorId, [anEvent(rig.creatorId, 1, { type: "upload.created", resource: id })]);
    await rig.pass(1);
    await vi.waitFor(() => expect(ear.paces).toHaveLength(1));
    await feeds.publish(rig.creatorId, [anEvent(rig.creatorId, 2, { type: "upload.completed", resource: id })]);
    await rig.pass(5);
    expect([await rig.alarmAt(), rig.queries]).toEqual([null, 1]);
  });

  test("is forgotten when the last one who wanted to know has gone, and asked anew for the next", async () => {
    const rig = await uploads();
    const gone = rig.add();
    const ear = await rig.listens();
    await rig.pass(1);
    ear.connection.close();
    await vi.waitFor(async () => {
      await rig.pass(70);
      expect(await rig.alarmAt()).toBeNull();
    });
    rig.open.delete(gone);
    const id = rig.add();
    const next = await rig.listens();
    await rig.pass(1);
    await vi.waitFor(() => expect(next.paces.map(({ uploadId }) => uploadId)).toEqual([id]));
    expect(rig.queries).toBe(2);
  });

  test("is looked at less and less while an upload stands still, and the object may sleep meanwhile", async () => {
    const rig = await uploads();
    const id = rig.add({ offset: 500 });
    const ear = await rig.listens();
    await rig.pass(600);
    const looks = rig.looks.length;
    expect(looks).toBeLessThan(40);
    expect(await rig.alarmAt()).toBeGreaterThan(rig.now);
    await evictDurableObject(stubOf(rig.creatorId));
    await rig.inject();
    rig.change(id, { offset: 900 });
    await rig.pass(61);
    await vi.waitFor(() => expect(ear.paces.at(-1)?.offset).toBe(900));
    expect(rig.queries).toBe(1);
  });

  test("is told to who comes later, within a second, although nothing moves", async () => {
    const rig = await uploads();
    rig.add({ offset: 500 });
    await rig.listens();
    await rig.pass(300);
    const late = await rig.listens();
    await rig.pass(1);
    await vi.waitFor(() => expect(late.paces.map(({ offset }) => offset)).toEqual([500]));
  });

  test("is told to a crowd that comes while nothing moves once a second at most", async () => {
    const rig = await uploads();
    rig.add({ offset: 500 });
    await rig.listens();
    await rig.pass(300);
    const before = rig.looks.length;
    for (let comer = 0; comer < 12; comer++) {
      await rig.listens();
      await rig.pass(0.25);
    }
    await rig.pass(2);
    const times = rig.looks.slice(before).map(({ at }) => at);
    expect(times.length).toBeGreaterThan(1);
    expect(Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBeGreaterThanOrEqual(1_000);
  });

  test("is bounded: a hundred uploads, ten looks at a time; the others when there is room", async () => {
    const rig = await uploads();
    rig.lookMs = 5;
    for (let index = 0; index < WATCHED_AT_MOST + 20; index++) rig.add();
    const ear = await rig.listens();
    await rig.pass(0);
    await vi.waitFor(() => expect(ear.paces).toHaveLength(WATCHED_AT_MOST));
    expect(rig.mostAtOnce).toBe(10);
    for (const id of [...rig.open.keys()].slice(0, 30)) rig.open.delete(id);
    await rig.pass(125);
    await vi.waitFor(() => expect(new Set(ear.paces.map(({ uploadId }) => uploadId)).size).toBe(WATCHED_AT_MOST + 20));
    expect(rig.queries).toBeLessThanOrEqual(4);
  });

  test("is missing while the directory is away, and told within seconds when it is back", async () => {
    const rig = await uploads();
    rig.add();
    rig.failing = true;
    const ear = await rig.listens();
    await rig.pass(60);
    expect([ear.paces, rig.looks]).toEqual([[], []]);
    expect(rig.log.lines[0]).toMatchObject({ level: "warn", event: "open uploads not read", creator_id: rig.creatorId });
    rig.failing = false;
    await rig.pass(6);
    await vi.waitFor(() => expect(ear.paces).toHaveLength(1));
  });

  test("is missing while a session is away, and told again when it is back", async () => {
    const rig = await uploads();
    const id = rig.add();
    const ear = await rig.listens(id);
    rig.failing = true;
    await rig.pass(6);
    expect([ear.paces, rig.looks.length]).toEqual([[], 2]);
    expect(rig.log.lines[0]).toMatchObject({ level: "warn", event: "progress not read", upload_id: id });
    rig.failing = false;
    await rig.pass(10);
    await vi.waitFor(() => expect(ear.paces).toHaveLength(1));
  });
});
