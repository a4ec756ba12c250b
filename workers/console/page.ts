import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { ISLAND, ISLAND_PATH } from "./built-island.ts";

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Scripts, style and requests of this origin and nothing else; no inline script, no form that leaves, no frame. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Of all that a browser could lend a page, only that the screen stays on. */
export const CONSOLE_PERMISSIONS =
  "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=(), screen-wake-lock=(self)";

const action = (name: string, label: string, main = false): Markup =>
  html`<button type="button" data-part="${name}" class="${main ? "main" : ""}" hidden>
    ${label}<span class="unseen" data-part="of"></span>
  </button>`;

const advice = (): Markup =>
  html`<div class="advice" data-part="advice" hidden>
    <p><strong data-part="happened"></strong></p>
    <p data-part="done"></p>
    <p data-part="todo"></p>
    <p class="small">Code to pass on: <code data-part="code"></code></p>
  </div>`;

const templates = (): Markup =>
  html`<template id="upload-row">
      <li class="row">
        <div class="head">
          <h3 data-part="name" tabindex="-1"></h3>
          <span class="badge" data-part="badge"></span>
        </div>
        <p class="quiet small" data-part="look"></p>
        <ul class="verdicts small" data-part="verdicts" hidden></ul>
        <progress data-part="progress" max="100" value="0"></progress>
        ${advice()}
        <div class="foot">
          <div class="said">
            <p data-part="detail"></p>
            <p class="quiet" data-part="pace"></p>
          </div>
          <div class="actions">
            ${action("pause", "Pause")} ${action("go_on", "Go on", true)} ${action("try_again", "Try again", true)}
            ${action("choose", "Choose the file", true)} ${action("send_new", "Send it as a new upload")} ${action("cancel", "Cancel")}
            ${action("dismiss", "Dismiss")}
          </div>
        </div>
      </li>
    </template>
    <template id="video-row">
      <li class="row">
        <h3 data-part="name" tabindex="-1"></h3>
        <div class="foot">
          <p class="said quiet"><span data-part="detail"></span> · <time data-part="time"></time></p>
          <div class="actions">
            <button type="button" data-part="download">Download<span class="unseen" data-part="of"></span></button>
            <button type="button" data-part="copy">Copy id<span class="unseen" data-part="of"></span></button>
            <button type="button" data-part="remove">Delete<span class="unseen" data-part="of"></span></button>
          </div>
        </div>
        <p data-part="note" hidden></p>
        ${advice()}
        <ul class="verdicts small" data-part="verdicts" hidden></ul>
        <details class="small">
          <summary>Details</summary>
          <dl>
            <dt>Id</dt>
            <dd><code data-part="id"></code></dd>
            <dt>SHA-256</dt>
            <dd><code data-part="sha256"></code></dd>
          </dl>
        </details>
      </li>
    </template>`;

const withoutScript = (): Markup =>
  html`<noscript>
    <div class="card">
      <h2>Uploading from this page needs JavaScript</h2>
      <p>
        It runs from this site alone and loads nothing from anywhere else. Without it, these do the same, with your key for
        <code>KEY</code> and the address of this site for <code>URL</code>:
      </p>
      <pre>
curl -H "Authorization: Bearer $KEY" -T video.mp4 $URL/upload/video.mp4
curl -H "Authorization: Bearer $KEY" $URL/v1/uploads
curl -H "Authorization: Bearer $KEY" $URL/v1/assets</pre>
      <p>The <a href="/docs">API reference</a> is readable without any script.</p>
    </div>
  </noscript>`;

const signIn = (): Markup =>
  html`<section id="sign-in" class="card" aria-labelledby="sign-in-heading" hidden>
    <h2 id="sign-in-heading">Sign in with an API key</h2>
    <form id="sign-in-form" method="post">
      <label for="key">API key</label>
      <div class="field">
        <input
          id="key"
          type="password"
          required
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-describedby="key-error key-notes"
        />
        <button class="main">Sign in</button>
      </div>
      <p id="key-error" class="advice" role="alert" hidden></p>
      <p id="key-notes" class="quiet small">
        It begins with <code>key_</code>. The key stays in this tab: a reload keeps it, closing the tab or “Forget the key” ends it. It is
        sent only to this site, in a header, and is never part of an address.
      </p>
    </form>
  </section>`;

const workbench = (): Markup =>
  html`<div id="workbench" hidden>
    <section class="drop" id="drop" aria-labelledby="drop-heading">
      <h2 id="drop-heading" class="unseen">Add videos</h2>
      <p>Drop videos or folders here, or choose them.</p>
      <div class="actions">
        <button type="button" id="choose-files" class="main">Choose files</button>
        <button type="button" id="choose-folder">Choose a folder</button>
      </div>
      <p class="quiet small">Three go at a time, the others wait for their turn. What is stored stays stored.</p>
      <input id="files" type="file" multiple hidden /><input id="folder" type="file" webkitdirectory hidden /><input
        id="same-file"
        type="file"
        hidden
      />
    </section>
    <p id="note" class="note" role="alert"></p>
    <div id="paused-band" class="band" hidden>
      <p id="paused"></p>
      <div class="actions">
        <button type="button" id="go-on-all" class="main" hidden>Go on with them</button>
        <button type="button" id="choose-paused">Choose files to go on</button>
      </div>
    </div>
    <section aria-labelledby="uploads-heading">
      <h2 id="uploads-heading" tabindex="-1">Uploads</h2>
      <p id="closing" class="closing" hidden></p>
      <p id="uploads-empty" class="quiet">Nothing is being uploaded.</p>
      <ul id="uploads" class="rows"></ul>
      <button type="button" id="more-uploads" hidden>Show more uploads</button>
    </section>
    <section aria-labelledby="videos-heading">
      <h2 id="videos-heading" tabindex="-1">Videos</h2>
      <p id="videos-empty" class="quiet">No video yet. What has been uploaded and checked appears here.</p>
      <ul id="videos" class="rows"></ul>
      <button type="button" id="more-videos" hidden>Show more videos</button>
    </section>
    <dialog id="confirm" aria-labelledby="confirm-question">
      <form method="dialog">
        <p id="confirm-question"></p>
        <div class="actions">
          <button value="no" autofocus>No, keep it</button>
          <button value="yes" class="main" id="confirm-yes"></button>
        </div>
      </form>
    </dialog>
    ${templates()}
  </div>`;

/** Everything there is to read is written here; the island fills it with what a key may see. */
export const consolePage = (): Markup =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Sluice</title>
        <meta name="description" content="A video comes in once, survives any network, and goes out everywhere." />
        <link rel="icon" href="/console/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/console/style.css" />
        ${Object.keys(ISLAND).map((name) => (name === "digest-worker.js" ? "" : html`<link rel="modulepreload" href="${ISLAND_PATH}${name}" />`))}
        <script type="module" src="${ISLAND_PATH}main.js"></script>
      </head>
      <body>
        <header class="top">
          <div class="wide">
            <a class="brand" href="/"><img src="/console/icon.svg" width="28" height="28" alt="" />Sluice</a>
            <a href="/docs">API reference</a>
            <a href="/docs/problems">Problem codes</a>
            <button type="button" id="forget" hidden>Forget the key</button>
          </div>
        </header>
        <main class="wide">
          <h1>A video comes in once, over any network</h1>
          <p class="lede">
            Drop files of any size. A broken connection, a reload or another device costs nothing that was stored: the upload goes on from
            its last byte.
          </p>
          <p id="status" role="status" class="unseen"></p>
          <p id="alert" role="alert" class="unseen"></p>
          ${withoutScript()} ${signIn()} ${workbench()}
        </main>
        <footer class="bottom small">
          <div class="wide">
            Everything here is done through the public API: <a href="/docs">reference</a>, <a href="/openapi.json">openapi.json</a>,
            <a href="/docs/problems">problem codes</a>.
          </div>
        </footer>
      </body>
    </html>`;
