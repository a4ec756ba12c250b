import type { Advice } from "./advice.ts";
import { LOCAL_ADVICE } from "./advice.ts";
import type { Announcer } from "./announcer.ts";
import { FINGERPRINT, type Client, type Draft } from "./api.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { FilesAtHand } from "./files-at-hand.ts";
import { markPassed, percentOf } from "./milestones.ts";
import { whoStarts } from "./queue.ts";
import type { Memory } from "./remembered.ts";
import type { ListedUpload } from "./resources.ts";
import { rowOfListed, rowOfTransfer, type BeganAt, type UploadRow } from "./row.ts";
import { Transfer, type OpenUpload, type Opening, type TransferPorts } from "./transfer.ts";

export type WorkbenchPorts = Omit<TransferPorts, "open" | "cancel"> & {
  readonly client: Pick<Client, "create" | "reopen" | "cancel">;
  readonly memory: Memory;
  readonly files: FilesAtHand;
  readonly announcer: Announcer;
  /** A name for one attempt to begin, which nobody else has. */
  readonly newAttempt: () => string;
  /** Something that is shown has changed. */
  readonly changed: () => void;
  /** An upload has ended, one way or the other. */
  readonly ended: () => void;
};

type Job = { readonly key: string; readonly transfer: Transfer; readonly attempt: string; percent: number; phase: string };
type Refused = { readonly file: File; readonly advice: Advice };

const TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** The uploads of this tab beside those that the server lists: which file belongs to which, and whose turn it is. */
export class Workbench {
  readonly #ports: WorkbenchPorts;
  #jobs: readonly Job[] = [];
  #listed: readonly ListedUpload[] = [];
  readonly #refused = new Map<string, Refused>();
  #added = 0;
  #isLeft = false;

  constructor(ports: WorkbenchPorts) {
    this.#ports = ports;
  }

  get transfers(): readonly Transfer[] {
    return this.#jobs.map(({ transfer }) => transfer);
  }

  /** What this browser began, nobody is at, and only wants its file. */
  get paused(): readonly ListedUpload[] {
    const remembered = new Set(this.#ports.memory.all().map(({ id }) => id));
    return this.#waiting().filter(({ id, status }) => status === "receiving" && remembered.has(id));
  }

  list(uploads: readonly ListedUpload[]): void {
    this.#listed = uploads;
    const over = new Set(uploads.filter(({ status }) => status !== "receiving" && status !== "completing").map(({ id }) => id));
    for (const { id } of this.#ports.memory.all()) if (over.has(id)) this.#forget(id);
    this.#ports.changed();
  }

  /** Those of the paused whose files need not be chosen. */
  get atHand(): readonly string[] {
    return this.paused.map(({ id }) => id).filter((id) => this.#ports.files.has(id));
  }

  progress(id: string, offset: number): void {
    this.#listed = this.#listed.map((upload) => (upload.id === id && offset > upload.offset ? { ...upload, offset } : upload));
    this.#ports.changed();
  }

  rows(now: number): readonly UploadRow[] {
    const looks = new Map(this.#listed.map(({ id, look }) => [id, look]));
    const here = new Set(this.paused.map(({ id }) => id));
    const atHand = new Set(this.atHand);
    const beganAt = (id: string): BeganAt => (atHand.has(id) ? "at_hand" : here.has(id) ? "here" : "elsewhere");
    return [
      ...this.#jobs.map(({ key, transfer }) => rowOfTransfer(key, transfer, looks.get(transfer.upload?.id ?? ""), now)),
      ...this.#waiting()
        .filter(({ status }) => status !== "completed")
        .map((upload) => rowOfListed(upload, beganAt(upload.id), this.#refused.get(upload.id)?.advice ?? null)),
    ];
  }

  /** Files that were chosen or dropped: each goes on with its paused upload, or begins one of its own. */
  async add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const fingerprint = await this.#fingerprint(file);
      if (fingerprint === null) continue;
      const known = this.#ports.memory
        .all()
        .find((entry) => entry.fingerprint === fingerprint && this.paused.some(({ id }) => id === entry.id));
      const namesake = this.paused.find(({ filename }) => filename === file.name);
      if (known !== undefined) await this.resume(known.id, file);
      else if (namesake !== undefined) this.#refuse(namesake, file);
      else this.#begin(file, fingerprint);
    }
  }

  /** A file for one upload: it has to be the one that the upload began with. */
  async resume(id: string, file: File): Promise<void> {
    const upload = this.#listed.find((each) => each.id === id);
    if (upload === undefined || this.#jobs.some(({ transfer }) => transfer.upload?.id === id)) return;
    if (upload.length !== null && upload.length !== file.size) return this.#refuse(upload, file);
    const fingerprint = await this.#fingerprint(file);
    if (fingerprint === null) return;
    const reopened = await this.#ports.client.reopen(id);
    if (!reopened.ok) return this.#warn(upload, file, reopened.refusal.advice);
    const remembered = this.#ports.memory.all().find((entry) => entry.id === id)?.fingerprint ?? reopened.value.fingerprint;
    if (remembered !== null && remembered !== fingerprint) return this.#refuse(upload, file);
    this.#refused.delete(id);
    this.#ports.memory.keep({ id, url: reopened.value.upload.url, fingerprint });
    this.#ports.files.keep(id, file);
    this.#enqueue(id, file, fingerprint, reopened.value.upload, upload.offset);
  }

  /** The file that was refused for an upload, as one of its own. */
  async sendAsNew(id: string): Promise<void> {
    const refused = this.#refused.get(id);
    if (refused === undefined) return;
    this.#refused.delete(id);
    const fingerprint = await this.#fingerprint(refused.file);
    if (fingerprint !== null) this.#begin(refused.file, fingerprint);
  }

  pause(key: string): void {
    this.#job(key)?.transfer.pause();
  }

  /** With the file that is here, or at hand. */
  async goOn(key: string): Promise<void> {
    const job = this.#job(key);
    if (job === undefined) return this.#reopen(key);
    job.transfer.goOn();
    this.#pump();
  }

  async #reopen(id: string): Promise<void> {
    const file = await this.#ports.files.open(id);
    if (file !== null) return this.resume(id, file);
    const { happened, todo } = LOCAL_ADVICE.not_at_hand;
    this.#ports.announcer.tell(`${this.#listed.find((each) => each.id === id)?.filename ?? ""}: ${happened} ${todo}`);
    this.#ports.changed();
  }

  dismiss(key: string): void {
    this.#jobs = this.#jobs.filter((job) => job.key !== key);
    this.#ports.changed();
  }

  /** What would be lost, in bytes. */
  storedOf(key: string): number {
    return this.#job(key)?.transfer.acknowledged ?? this.#listed.find(({ id }) => id === key)?.offset ?? 0;
  }

  async cancel(key: string): Promise<void> {
    const job = this.#job(key);
    const id = job === undefined ? key : job.transfer.upload?.id;
    if (job !== undefined) await job.transfer.cancel();
    else await this.#erase(key);
    if (id !== undefined) this.#forget(id);
    this.#pump();
    this.#ports.ended();
  }

  stop(): void {
    this.#isLeft = true;
    for (const { transfer } of this.#jobs) transfer.pause();
  }

  async #erase(id: string): Promise<void> {
    const cancelled = await this.#ports.client.cancel(id);
    if (cancelled.ok || cancelled.refusal.status === 410) return;
    this.#ports.announcer.tell(`${cancelled.refusal.advice.happened} ${cancelled.refusal.advice.todo}`);
  }

  #forget(id: string): void {
    this.#ports.memory.forget(id);
    this.#ports.files.forget(id);
  }

  #waiting(): readonly ListedUpload[] {
    const mine = new Set(this.#jobs.map(({ transfer }) => transfer.upload?.id));
    return this.#listed.filter(({ id }) => !mine.has(id));
  }

  #job(key: string): Job | undefined {
    return this.#jobs.find((job) => job.key === key);
  }

  async #fingerprint(file: File): Promise<string | null> {
    try {
      return await fingerprintOf(file);
    } catch {
      this.#ports.announcer.tell(`${file.name}: ${LOCAL_ADVICE.unreadable.happened}`);
      return null;
    }
  }

  #refuse(upload: ListedUpload, file: File): void {
    this.#warn(
      upload,
      file,
      LOCAL_ADVICE.another_file(file.name, upload.length !== null && upload.length !== file.size ? "size" : "content"),
    );
  }

  #warn({ id, filename }: ListedUpload, file: File, advice: Advice): void {
    this.#refused.set(id, { file, advice });
    this.#ports.announcer.warn(`${filename}: ${advice.happened} ${advice.todo}`);
    this.#ports.changed();
  }

  #begin(file: File, fingerprint: string): void {
    this.#added += 1;
    this.#enqueue(`new-${this.#added}`, file, fingerprint, null, 0);
  }

  #enqueue(key: string, file: File, fingerprint: string, upload: OpenUpload | null, stored: number): void {
    const { client, memory, files } = this.#ports;
    let attempt = this.#ports.newAttempt();
    const open = async (from: File): Promise<Opening> => {
      const created = await client.create(draftOf(from, fingerprint), attempt);
      if (!created.ok) return { ok: false, retryable: created.refusal.retryable, advice: created.refusal.advice };
      attempt = this.#ports.newAttempt();
      if (this.#isLeft) return created;
      memory.keep({ id: created.value.id, url: created.value.url, fingerprint });
      files.keep(created.value.id, from);
      return created;
    };
    const cancel = (id: string): Promise<void> => this.#erase(id);
    const transfer = new Transfer(file, upload, { ...this.#ports, open, cancel }, () => this.#moved(job));
    transfer.acknowledged = stored;
    const job: Job = { key, transfer, attempt, percent: percentOf(stored, file.size), phase: transfer.phase.name };
    this.#jobs = [...this.#jobs, job];
    this.#pump();
  }

  #pump(): void {
    const turns = this.#jobs.map(({ transfer }) => ({ turn: transfer.turn, transfer }));
    for (const { transfer } of whoStarts(turns)) void transfer.start().then(() => this.#pump());
    this.#ports.changed();
  }

  /** What has to be said aloud, once. */
  #moved(job: Job): void {
    const { transfer } = job;
    const { file, phase, acknowledged } = transfer;
    const percent = percentOf(acknowledged, file.size);
    const mark = markPassed(job.percent, percent);
    job.percent = percent;
    const { announcer } = this.#ports;
    if (mark !== null) announcer.say(`${file.name}: ${mark} % stored.`);
    if (phase.name !== job.phase) {
      job.phase = phase.name;
      if (phase.name === "paused") announcer.say(`${file.name}: paused.`);
      if (phase.name === "offline" || phase.name === "retrying") announcer.say(`${file.name}: interrupted, it goes on by itself.`);
      if (phase.name === "failed") announcer.warn(`${file.name}: ${phase.advice.happened} ${phase.advice.done} ${phase.advice.todo}`);
      if (phase.name === "stored") {
        announcer.say(`${file.name}: 100 % stored and checked.`);
        if (transfer.upload !== null) this.#forget(transfer.upload.id);
        this.#ports.ended();
      }
    }
    this.#ports.changed();
  }
}

function draftOf(file: File, fingerprint: string): Draft {
  // Not every File has one: it belongs to browsers.
  const path: unknown = Reflect.get(file, "webkitRelativePath");
  return {
    filename: file.name,
    ...(TYPE.test(file.type) ? { content_type: file.type } : {}),
    length: file.size,
    metadata: { [FINGERPRINT]: fingerprint, ...(typeof path === "string" && path !== "" ? { path } : {}) },
  };
}
