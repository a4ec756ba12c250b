import type { Advice } from "./advice.ts";
import { byId, copyOf, inStep, part, show, write, writeList, writeOrHide } from "./dom.ts";
import { lookInWords } from "./look-words.ts";
import { bytesInWords } from "./measures.ts";
import type { ListedAsset } from "./resources.ts";
import { adviceView } from "./upload-list.ts";

const VIDEO_ACTIONS = ["download", "copy", "remove"] as const;
export type VideoAction = (typeof VIDEO_ACTIONS)[number];

/** `note` is what became of the last thing that was asked for. */
export type VideoRow = { readonly asset: ListedAsset; readonly note: string; readonly advice: Advice | null };

type RowView = { readonly key: string; readonly element: HTMLElement; readonly update: (row: VideoRow) => void };

function rowView(key: string): RowView {
  const element = copyOf("video-row");
  element.dataset["key"] = key;
  const showAdvice = adviceView(element);
  return {
    key,
    element,
    update({ asset, note, advice }) {
      write(part(element, "name", HTMLElement), asset.filename);
      const look = lookInWords(asset.info);
      const detail = [bytesInWords(asset.size), look === null || look.line === "" ? asset.contentType : look.line].join(" · ");
      write(part(element, "detail", HTMLElement), detail);
      writeList(part(element, "verdicts", HTMLElement), look?.verdicts ?? []);
      const time = part(element, "time", HTMLTimeElement);
      time.dateTime = asset.createdAt;
      write(time, new Date(asset.createdAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));
      write(part(element, "id", HTMLElement), asset.id);
      write(part(element, "sha256", HTMLElement), asset.sha256 ?? "not known");
      writeOrHide(part(element, "note", HTMLElement), note);
      for (const action of VIDEO_ACTIONS) write(part(part(element, action, HTMLButtonElement), "of", HTMLElement), ` ${asset.filename}`);
      showAdvice(advice);
    },
  };
}

export function videoList(act: (id: string, action: VideoAction) => void, signal: AbortSignal) {
  const list = byId("videos", HTMLUListElement);
  const heading = byId("videos-heading", HTMLElement);
  const empty = byId("videos-empty", HTMLElement);
  const views = new Map<string, RowView>();

  list.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      const key = button?.closest<HTMLElement>("[data-key]")?.dataset["key"];
      const action = VIDEO_ACTIONS.find((each) => each === button?.dataset["part"]);
      if (key !== undefined && action !== undefined) act(key, action);
    },
    { signal },
  );

  return {
    render(rows: readonly VideoRow[], emptyWords: string) {
      const hadFocus = list.contains(document.activeElement);
      const wanted = rows.map((row) => {
        const view = views.get(row.asset.id) ?? rowView(row.asset.id);
        view.update(row);
        return view;
      });
      inStep(
        list,
        views,
        wanted,
        ({ key }) => key,
        ({ element }) => element,
      );
      write(empty, emptyWords);
      show(empty, rows.length === 0);
      if (hadFocus && !list.contains(document.activeElement)) heading.focus();
    },
  };
}
