import { clientFor } from "./api.ts";
import { byId, show, writeOrHide } from "./dom.ts";
import { openDesk, type Desk } from "./desk.ts";
import { keptFiles } from "./kept-files.ts";
import { liveRegions } from "./live-regions.ts";
import { memoryOn } from "./remembered.ts";
import { session } from "./session.ts";

const voice = liveRegions();
const memory = memoryOn(localStorage);
const kept = keptFiles();
const signedIn = session(sessionStorage);
const form = byId("sign-in-form", HTMLFormElement);
const field = byId("key", HTMLInputElement);
const error = byId("key-error", HTMLElement);
const forget = byId("forget", HTMLButtonElement);
let desk: Desk | null = null;

function showSignIn(message: string): void {
  desk?.close();
  desk = null;
  signedIn.forget();
  show(byId("workbench", HTMLElement), false);
  show(forget, false);
  show(byId("sign-in", HTMLElement), true);
  writeOrHide(error, message);
  field.setAttribute("aria-invalid", String(message !== ""));
}

function work(key: string): void {
  signedIn.keep(key);
  field.value = "";
  show(byId("sign-in", HTMLElement), false);
  show(forget, true);
  show(byId("workbench", HTMLElement), true);
  desk = openDesk(clientFor(key), { memory, kept }, voice, (why) => {
    showSignIn(why);
    field.focus();
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void signIn(field.value.trim());
});

async function signIn(key: string): Promise<void> {
  writeOrHide(error, "");
  const first = await clientFor(key).uploads();
  // A key that may not list is a key all the same.
  if (first.ok || first.refusal.status === 403) {
    work(key);
    byId("choose-files", HTMLButtonElement).focus();
    voice.say("Signed in.");
    return;
  }
  const { happened, todo } = first.refusal.advice;
  showSignIn(
    first.refusal.status === 401
      ? "This key is not known, has expired or has been revoked. Check it and sign in again."
      : `${happened} ${todo}`,
  );
  field.focus();
}

forget.addEventListener("click", () => {
  showSignIn("");
  memory.forgetAll();
  kept.forgetAll();
  voice.say("The key is forgotten.");
  field.focus();
});

const { key } = signedIn;
if (key === null) showSignIn("");
else work(key);
