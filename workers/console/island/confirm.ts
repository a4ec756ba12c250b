import { byId, write } from "./dom.ts";

export type Confirm = (question: string, yes: string) => Promise<boolean>;

/** A modal dialog keeps the focus inside and gives it back afterwards. */
export function confirmation(): Confirm {
  const dialog = byId("confirm", HTMLDialogElement);
  return (question, yes) => {
    write(byId("confirm-question", HTMLElement), question);
    write(byId("confirm-yes", HTMLElement), yes);
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
  };
}
