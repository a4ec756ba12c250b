import { adviceForCode } from "./advice.ts";
import type { Announcer } from "./announcer.ts";
import type { Client, Page, Answered } from "./api.ts";
import { confirmation } from "./confirm.ts";
import { digestApart } from "./digest.ts";
import { byId, show, writeOrHide } from "./dom.ts";
import { stayCurrent } from "./live.ts";
import type { KeptFiles } from "./kept-files.ts";
import { bytesInWords, countInWords } from "./measures.ts";
import { dropped, fromFolder, pickedByHandle, type Picked } from "./picked.ts";
import { putRange } from "./put-range.ts";
import type { Memory } from "./remembered.ts";
import { closingWords, pausedWords, type Action } from "./row.ts";
import { sleep } from "./sleep.ts";
import { uploadList } from "./upload-list.ts";
import { videos } from "./videos.ts";
import { vigil } from "./vigil.ts";
import { Workbench } from "./workbench.ts";

export type Desk = { close(): void };

const UNREADABLE = "A folder among what was dropped can't be read, and nothing was sent. Drop its files themselves.";
const RENDER_MS = 100;
const TICK_MS = 1000;
const watch = vigil();
const confirm = confirmation();

/** Everything behind a key: lists, drop zone, uploads. Closed when the key goes. */
export function openDesk(
  client: Client,
  { memory, kept }: { readonly memory: Memory; readonly kept: KeptFiles },
  announcer: Announcer,
  refused: (why: string) => void,
): Desk {
  const stop = new AbortController();
  const { signal } = stop;
  const on = <K extends keyof HTMLElementEventMap>(target: HTMLElement, type: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    target.addEventListener(type, listener, { signal });

  let timer = 0;
  const changed = (): void => {
    if (timer === 0 && !signal.aborted) timer = setTimeout(render, RENDER_MS);
  };
  const bench = new Workbench({
    client,
    memory,
    files: kept,
    announcer,
    changed,
    put: putRange,
    digest: digestApart,
    isOnline: () => navigator.onLine,
    sleep,
    now: () => Date.now(),
    chance: () => Math.random(),
    newAttempt: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    ended: () => void refresh(),
  });
  const shelf = videos(client, announcer, confirm, () => void refresh());
  const list = uploadList((key, action) => void actions[action](key), signal);

  function render(): void {
    timer = 0;
    const { transfers, paused, atHand } = bench;
    list.render(bench.rows(Date.now()));
    writeOrHide(byId("closing", HTMLElement), closingWords(transfers));
    writeOrHide(byId("paused", HTMLElement), pausedWords(paused.length, atHand.length));
    show(byId("paused-band", HTMLElement), paused.length > 0);
    show(byId("go-on-all", HTMLElement), atHand.length > 0);
    show(byId("choose-paused", HTMLElement), paused.length > atHand.length);
    const sending = transfers.filter(({ inFlight }) => inFlight).length;
    watch.keep(sending > 0);
    document.title = sending > 0 ? `${countInWords(sending, "upload", "uploads")} · Sluice` : "Sluice";
    if (transfers.some(({ phase }) => phase.name === "retrying")) setTimeout(changed, TICK_MS);
  }

  let shown = "";
  const pages = { uploads: 1, videos: 1 };
  const more = { uploads: byId("more-uploads", HTMLButtonElement), videos: byId("more-videos", HTMLButtonElement) };

  async function refresh(): Promise<boolean> {
    const [uploads, assets] = await Promise.all([upTo(pages.uploads, client.uploads), upTo(pages.videos, client.assets)]);
    if (signal.aborted) return false;
    for (const answer of [uploads, assets]) {
      if (!answer.ok && answer.refusal.status === 401) {
        refused("The key has expired or has been revoked. Sign in with another to go on; what is stored stays stored.");
        return false;
      }
    }
    if (uploads.ok) bench.list(uploads.value.rows);
    if (assets.ok) shelf.list(assets.value.rows);
    else if (assets.refusal.status === 403) shelf.refused(adviceForCode("forbidden").happened);
    show(more.uploads, uploads.ok && uploads.value.next !== null);
    show(more.videos, assets.ok && assets.value.next !== null);
    const now = JSON.stringify([uploads, assets]);
    const news = now !== shown;
    shown = now;
    return news;
  }

  const cancel = async (key: string): Promise<void> => {
    const bytes = bench.storedOf(key);
    if (bytes > 0 && !(await confirm(`Cancel this upload? ${bytesInWords(bytes)} that are stored will be erased.`, "Cancel it"))) return;
    await bench.cancel(key);
  };
  const sameFile = byId("same-file", HTMLInputElement);
  let wanted: string | null = null;
  const actions: Record<Action, (key: string) => unknown> = {
    pause: (key) => bench.pause(key),
    go_on: (key) => bench.goOn(key),
    try_again: (key) => bench.goOn(key),
    send_new: (key) => bench.sendAsNew(key),
    dismiss: (key) => bench.dismiss(key),
    cancel,
    choose(key) {
      wanted = key;
      sameFile.click();
    },
  };

  const take = async ({ files, leftOut }: Picked): Promise<void> => {
    announcer.tell(leftOut === 0 ? "" : `${countInWords(leftOut, "file is", "files are")} left out: no video or audio.`);
    await bench.add(files);
  };
  const chosenIn = (input: HTMLInputElement): readonly File[] => {
    const files = [...(input.files ?? [])];
    input.value = "";
    return files;
  };
  const files = byId("files", HTMLInputElement);
  const folder = byId("folder", HTMLInputElement);
  const pick = async (): Promise<void> => {
    const picked = await pickedByHandle();
    if (picked === null) files.click();
    else await take(picked);
  };
  on(byId("choose-files", HTMLElement), "click", () => void pick());
  on(byId("choose-paused", HTMLElement), "click", () => void pick());
  const goOnAll = async (): Promise<void> => {
    for (const id of bench.atHand) await bench.goOn(id);
  };
  on(byId("go-on-all", HTMLElement), "click", () => void goOnAll());
  on(byId("choose-folder", HTMLElement), "click", () => folder.click());
  on(files, "change", () => void take({ files: chosenIn(files), leftOut: 0 }));
  on(folder, "change", () => void take(fromFolder(chosenIn(folder))));
  on(sameFile, "change", () => {
    const [file] = chosenIn(sameFile);
    if (file !== undefined && wanted !== null) void bench.resume(wanted, file);
  });
  for (const name of ["uploads", "videos"] as const) {
    on(more[name], "click", () => {
      pages[name] += 1;
      void refresh();
    });
  }

  const drop = byId("drop", HTMLElement);
  on(document.body, "dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  on(document.body, "dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) drop.classList.remove("over");
  });
  on(document.body, "drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer !== null) void dropped(event.dataTransfer).then(take, () => announcer.tell(UNREADABLE));
  });

  void kept.load(memory.all().map(({ id }) => id)).then(changed);
  void refresh();
  void stayCurrent(
    {
      stream: client.events,
      refresh,
      progress: (id, offset) => bench.progress(id, offset),
      isVisible: () => document.visibilityState === "visible",
      sleep,
      chance: () => Math.random(),
    },
    signal,
  ).catch(() => undefined);

  return {
    close() {
      stop.abort();
      clearTimeout(timer);
      bench.stop();
      shelf.stop();
      watch.keep(false);
      list.render([]);
      shelf.list([]);
    },
  };
}

/** The first pages of a list as one. */
async function upTo<T>(pages: number, read: (cursor: string | null) => Promise<Answered<Page<T>>>): Promise<Answered<Page<T>>> {
  let rows: readonly T[] = [];
  let next: string | null = null;
  for (let page = 0; page < pages; page += 1) {
    const answer: Answered<Page<T>> = await read(next);
    if (!answer.ok) return answer;
    rows = [...rows, ...answer.value.rows];
    next = answer.value.next;
    if (next === null) break;
  }
  return { ok: true, value: { rows, next } };
}
