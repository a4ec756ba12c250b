import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import type { Deletion } from "#domain/assets/asset.ts";
import type { AssetName } from "#domain/assets/jobs.ts";
import type { SluiceEvent } from "#domain/events/event.ts";
import type { Look } from "#domain/media/media-info.ts";
import type { ObjectStore } from "#domain/uploads/object-store.ts";
import type { UploadProgress, UploadSpec } from "#domain/uploads/upload-session.ts";
import type { AssetRecord } from "#domain/uploads/session-projection.ts";
import type { SessionServices } from "#durable-objects/upload-session/services.ts";
import { collectedLog } from "../../fakes/collected-log.ts";
import { fakeObjectStore, type FakeObjectStore } from "../../fakes/fake-object-store.ts";
import { memoryEventLog, type MemoryEventLog } from "../../fakes/memory-event-log.ts";
import { aBody, anAppend, aSpec, REQUEST, SECRET_HASH, stubOf } from "./session-under-test.ts";

/** What happens at a call: it fails without effect, or after it, or the whole process dies there. */
export type Fault = "fail-before" | "fail-after" | "die-before" | "die-after";

class Died extends Error {}

/**
 * One session with a store whose every call, and whose every transaction, can be made to fail or to be the last thing that its
 * process does. After a death nothing of it has an effect any more, until `revive`.
 */
export class Rig {
  readonly spec: UploadSpec;
  readonly store: FakeObjectStore = fakeObjectStore();
  readonly uploads: UploadProgress[] = [];
  readonly assets: AssetRecord[] = [];
  readonly deletedAssets: string[] = [];
  readonly log: MemoryEventLog = memoryEventLog();
  readonly said = collectedLog();
  /** How often the relay was told that there is something. */
  woken = 0;
  readonly inspections: AssetName[] = [];
  now: number;
  /** Calls so far: of the store and of the storage, in one count. */
  calls = 0;
  dead = false;
  /** What D1 does, for as long as it is set. */
  directoryFault: "fail-before" | "fail-after" | null = null;
  faultAt: (call: number) => Fault | null = () => null;
  /** What the content's first bytes show. */
  mediaType = "video/mp4";
  /** What its first 4,000 bytes show; null: nobody looks. */
  look: (head: Uint8Array, length: number | null) => Look | null = () => null;

  constructor(changes: Partial<UploadSpec> = {}) {
    this.spec = aSpec({ plan: { partBytes: 1_000, attempts: 4 }, ...changes });
    this.now = this.spec.createdAt;
  }

  static async opened(changes: Partial<UploadSpec> = {}): Promise<Rig> {
    const rig = new Rig(changes);
    await rig.#inject();
    await rig.stub.open(rig.spec, SECRET_HASH, REQUEST);
    await rig.settled();
    return rig;
  }

  get stub() {
    return stubOf(this.spec.id);
  }

  send(bytes: Uint8Array, offset = 0) {
    return this.stub.append(anAppend({ at: { kind: "exact", offset }, bodyBytes: bytes.length }), aBody(bytes));
  }

  /** A new process for the same session. */
  async revive(): Promise<void> {
    await runInDurableObject(this.stub, (_instance, state) => {
      // What begins so the runner leaves out of its output; hundreds of deaths are meant.
      state.abort("Instance dispose: died");
    }).catch(() => undefined);
    this.dead = false;
    await this.#inject();
  }

  async alarm(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub);
  }

  /** Waits, with alarms that ring at once, until the outbox has nothing that is due. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 50 && (await this.rows()).outbox > 0; turn++) {
      await this.alarm();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** What the log has of this upload and its asset, as types. */
  get told(): string[] {
    return this.log.logged.map(({ type }) => type);
  }

  async rows(): Promise<{ pieces: number; slots: number; outbox: number }> {
    return runInDurableObject(this.stub, (_instance, { storage }) => {
      const exists = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'pieces'").toArray().length > 0;
      const count = (table: string): number => (exists ? storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n : 0);
      return { pieces: count("pieces"), slots: count("slots"), outbox: count("outbox") };
    });
  }

  async #inject(): Promise<void> {
    await runInDurableObject(this.stub, (instance: { services: SessionServices }, { storage }) => {
      instance.services = { ...instance.services, ...this.#services() };
      const transact = storage.transactionSync.bind(storage);
      storage.transactionSync = <T>(work: () => T): T => {
        const finish = this.#enter();
        const value = transact(work);
        finish();
        return value;
      };
    });
  }

  /** Counts a call and lets its fault happen; what it returns is called once the effect is there. */
  #enter(lasting: Fault | null = null): () => void {
    if (this.dead) throw new Died("the process is dead");
    const fault = this.faultAt(++this.calls) ?? lasting;
    if (fault === "die-before") {
      this.dead = true;
      throw new Died("died");
    }
    if (fault === "fail-before") throw new Error("an outage, before any effect");
    return () => {
      if (fault === "die-after") {
        this.dead = true;
        throw new Died("died");
      }
      if (fault === "fail-after") throw new Error("an outage: the reply was lost");
    };
  }

  #faulty<A extends unknown[], T>(call: (...args: A) => Promise<T>, lasting: () => Fault | null = () => null): (...args: A) => Promise<T> {
    return async (...args) => {
      const finish = this.#enter(lasting());
      const value = await call(...args);
      if (this.dead) throw new Died("the process is dead");
      finish();
      return value;
    };
  }

  #services(): Partial<SessionServices> {
    const { store } = this;
    const directoryFault = () => this.directoryFault;
    const faulty: ObjectStore = {
      createMultipart: this.#faulty(store.createMultipart),
      uploadPart: this.#faulty(store.uploadPart),
      completeMultipart: this.#faulty(store.completeMultipart),
      abortMultipart: this.#faulty(store.abortMultipart),
      putNew: this.#faulty(store.putNew),
      head: this.#faulty(store.head),
      read: this.#faulty(store.read),
      delete: this.#faulty(store.delete),
    };
    return {
      store: faulty,
      storePauseMs: 0,
      drainMs: 100,
      now: () => this.now,
      sniff: async () => this.mediaType,
      jobs: {
        inspect: this.#faulty(async (assets: readonly AssetName[]) => {
          this.inspections.push(...assets);
        }),
      },
      early: { bytes: 4_000, look: (head, length) => this.look(head, length) },
      directory: {
        putUpload: this.#faulty(async (progress: UploadProgress, told: readonly SluiceEvent[]) => {
          this.uploads.push(progress);
          await this.log.append(told);
        }, directoryFault),
        putAsset: this.#faulty(async (record: AssetRecord, told: readonly SluiceEvent[]) => {
          this.assets.push(record);
          await this.log.append(told);
        }, directoryFault),
        deleteAsset: this.#faulty(async (_progress: UploadProgress, assetId: string, _deletion: Deletion) => {
          this.deletedAssets.push(assetId);
        }, directoryFault),
      },
      events: { append: this.#faulty((events: readonly SluiceEvent[]) => this.log.append(events), directoryFault) },
      relays: {
        wake: async () => {
          this.woken += 1;
        },
      },
      log: this.said,
    };
  }
}
