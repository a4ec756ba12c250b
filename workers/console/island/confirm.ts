import { byId, write } from "./dom.ts";

export type Confirm = (question: string, yes: string) => Promise<boolean>;

/** A modal dialog keeps the focus inside and gives it back afterwards. */
export function confirmation(): Confirm {
  const dialog = byId("confirm", HTMLDialogElement);
  let answer: ((yes: boolean) => void) | null = null;
  dialog.addEventListener("close", () => {
    // `close` comes a task late: by then the next question may stand there, which nobody has answered yet.
    if (dialog.open) return;
    answer?.(dialog.returnValue === "yes");
    answer = null;
  });
  return (question, yes) => {
    answer?.(false);
    write(byId("confirm-question", HTMLElement), question);
    write(byId("confirm-yes", HTMLElement), yes);
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => (answer = resolve));
  };
}
