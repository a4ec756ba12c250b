type Kind<T extends Element> = abstract new () => T;

function expected<T extends Element>(found: Element | null, kind: Kind<T>, name: string): T {
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${name}`);
}

export const byId = <T extends Element>(id: string, kind: Kind<T>): T => expected(document.getElementById(id), kind, id);

export const part = <T extends Element>(root: ParentNode, name: string, kind: Kind<T>): T =>
  expected(root.querySelector(`[data-part="${name}"]`), kind, name);

/** A copy of what the server wrote into a template. */
export function copyOf(templateId: string): HTMLElement {
  const copy = byId(templateId, HTMLTemplateElement).content.cloneNode(true);
  return expected(copy instanceof DocumentFragment ? copy.firstElementChild : null, HTMLElement, templateId);
}

/** Writes only what is another: a text that stays is not read out again. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** As `write`, and without a text there is nothing to see either. */
export function writeOrHide(element: HTMLElement, text: string): void {
  write(element, text);
  show(element, text !== "");
}

/** A list of sentences; without any there is no list. */
export function writeList(list: HTMLElement, sentences: readonly string[]): void {
  show(list, sentences.length > 0);
  if (list.textContent === sentences.join("")) return;
  list.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

export function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

/** Brings the children of a list in step with rows that have keys. What stays is not moved, so it keeps the focus. */
export function inStep<T>(
  list: Element,
  known: Map<string, T>,
  wanted: readonly T[],
  keyOf: (row: T) => string,
  elementOf: (row: T) => Element,
): void {
  const keys = new Set(wanted.map(keyOf));
  for (const [key, row] of known) {
    if (keys.has(key)) continue;
    elementOf(row).remove();
    known.delete(key);
  }
  let next = list.firstElementChild;
  for (const row of wanted) {
    known.set(keyOf(row), row);
    const element = elementOf(row);
    if (element === next) next = next.nextElementSibling;
    else list.insertBefore(element, next);
  }
}
