import type { Advice } from "./advice.ts";
import { byId, copyOf, inStep, part, show, write, writeList, writeOrHide } from "./dom.ts";
import { ACTIONS, type Action, type UploadRow } from "./row.ts";

type RowView = { readonly key: string; readonly element: HTMLElement; readonly update: (row: UploadRow) => void };

export function adviceView(root: ParentNode): (advice: Advice | null) => void {
  const box = part(root, "advice", HTMLElement);
  return (advice) => {
    show(box, advice !== null);
    if (advice === null) return;
    for (const name of ["happened", "done", "todo", "code"] as const) write(part(box, name, HTMLElement), advice[name]);
  };
}

function rowView(key: string): RowView {
  const element = copyOf("upload-row");
  element.dataset["key"] = key;
  const name = part(element, "name", HTMLElement);
  const badge = part(element, "badge", HTMLElement);
  const progress = part(element, "progress", HTMLProgressElement);
  const status = part(element, "detail", HTMLElement);
  const pace = part(element, "pace", HTMLElement);
  const look = part(element, "look", HTMLElement);
  const verdicts = part(element, "verdicts", HTMLElement);
  const showAdvice = adviceView(element);
  const buttons = ACTIONS.map((action) => ({ action, button: part(element, action, HTMLButtonElement) }));

  return {
    key,
    element,
    update(row) {
      write(name, row.name);
      write(badge, row.badge);
      element.dataset["tone"] = row.tone;
      show(progress, row.percent !== null);
      progress.value = row.percent ?? 0;
      progress.setAttribute("aria-label", `${row.name}: stored`);
      writeOrHide(status, row.status);
      writeOrHide(pace, row.pace);
      writeOrHide(look, row.look?.line ?? "");
      writeList(verdicts, row.look?.verdicts ?? []);
      showAdvice(row.advice);
      const focused = buttons.find(({ button }) => button === document.activeElement);
      for (const { action, button } of buttons) {
        show(button, row.actions.includes(action));
        write(part(button, "of", HTMLElement), ` ${row.name}`);
      }
      // A button that goes takes the focus with it: the next one of its row gets it.
      if (focused?.button.hidden === true) (buttons.find(({ button }) => !button.hidden)?.button ?? name).focus();
    },
  };
}

/** The uploads, in place: what a row shows changes, the row stays. */
export function uploadList(act: (key: string, action: Action) => void, signal: AbortSignal) {
  const list = byId("uploads", HTMLUListElement);
  const heading = byId("uploads-heading", HTMLElement);
  const empty = byId("uploads-empty", HTMLElement);
  const views = new Map<string, RowView>();

  list.addEventListener(
    "click",
    ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      const key = button?.closest<HTMLElement>("[data-key]")?.dataset["key"];
      const action = ACTIONS.find((each) => each === button?.dataset["part"]);
      if (key !== undefined && action !== undefined) act(key, action);
    },
    { signal },
  );

  return {
    render(rows: readonly UploadRow[]) {
      const hadFocus = list.contains(document.activeElement);
      const wanted = rows.map((row) => {
        const view = views.get(row.key) ?? rowView(row.key);
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
      show(empty, rows.length === 0);
      if (hadFocus && !list.contains(document.activeElement)) heading.focus();
    },
  };
}
