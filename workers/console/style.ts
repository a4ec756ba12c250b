import { PALETTE } from "./palette.ts";

/** For a page that is worked with. */
export const STYLE = `${PALETTE}
[hidden] { display: none !important; }
main.wide { flex: 1; padding-block: 1.5rem 3rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.2rem); line-height: 1.2; margin: 0.5rem 0; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
h2:focus, h3:focus { outline: none; } h2:focus-visible, h3:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
p { margin: 0.5rem 0; }
.lede { max-width: 42rem; color: var(--quiet); font-size: 1.05rem; }
/* Whoever is signed in has come to work. */
main:has(#workbench:not([hidden])) { padding-top: 0.75rem; h1 { font-size: 1.35rem; } .lede { display: none; } }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, .button { font: inherit; font-weight: 600; min-height: 2.25rem; padding: 0.25rem 0.9rem; border-radius: 8px; border: 1px solid var(--edge);
  background: transparent; color: var(--ink); cursor: pointer; }
button:hover { background: var(--raised); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); } button.main:hover { filter: brightness(1.08); }
.card h2 { margin-top: 0; }
.card { border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; background: var(--raised); margin-block: 1.25rem; max-width: 42rem; }
.field { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-block: 0.5rem; }
label { font-weight: 600; }
input[type="password"] { font: inherit; flex: 1 1 16rem; min-width: 0; min-height: 2.25rem; padding: 0.25rem 0.75rem; border-radius: 8px;
  border: 1px solid var(--edge); background: var(--paper); color: var(--ink); }
.drop { border: 2px dashed var(--edge); border-radius: 12px; padding: 2rem 1rem; text-align: center; margin-block: 1.25rem; }
.drop.over { border-color: var(--accent); border-style: solid; background: var(--raised); }
.drop p { margin: 0 0 1rem; } .drop .small { margin: 1rem 0 0; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; } .drop .actions { justify-content: center; }
.actions:not(:has(> :not([hidden]))) { display: none; }
ul.rows { list-style: none; margin: 0; padding: 0; }
.row { border: 1px solid var(--line); border-radius: 12px; padding: 0.9rem 1rem; margin-bottom: 0.75rem; display: grid; gap: 0.4rem; }
.row p { margin: 0; } .row .head { display: flex; gap: 0.75rem; align-items: baseline; justify-content: space-between; }
.foot { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; justify-content: space-between; }
.foot:not(:has(p:not([hidden]), button:not([hidden]))) { display: none; }
.foot .actions { margin-left: auto; } .said { flex: 1 1 24rem; } div.said { display: flex; flex-wrap: wrap; column-gap: 0.6rem; } .said:not(:has(> :not([hidden]))) { display: none; }
.row button { min-height: 2rem; font-weight: 500; font-size: 0.95rem; }
.badge { flex: none; font-size: 0.85rem; font-weight: 600; color: var(--quiet); }
.badge::before { content: "● "; } [data-tone="busy"] .badge { color: var(--accent); } [data-tone="good"] .badge { color: var(--good); }
[data-tone="good"] .badge::before { content: "✓ "; } [data-tone="bad"] .badge { color: var(--bad); } [data-tone="bad"] .badge::before { content: "▲ "; }
progress { appearance: none; width: 100%; height: 0.5rem; margin-block: 0.15rem; border: 0; border-radius: 99px; overflow: hidden; background: var(--track); display: block; }
progress::-webkit-progress-bar { background: var(--track); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 99px; transition: width 0.4s linear; }
progress::-moz-progress-bar { background: var(--accent); }
.advice { background: var(--bad-paper); border-left: 4px solid var(--bad); border-radius: 4px; padding: 0.6rem 0.8rem; }
.note { border-left: 4px solid var(--edge); background: var(--raised); border-radius: 4px; padding: 0.6rem 0.8rem; } .note:empty { padding: 0; margin: 0; border: 0; }
.advice strong { color: var(--bad); }
.verdicts { margin: 0; padding-left: 1.2rem; color: var(--quiet); }
.band { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; padding: 0.75rem 1rem; border-radius: 12px; background: var(--raised); border: 1px solid var(--line); }
.band p { margin: 0; } .closing { font-weight: 600; }
summary { cursor: pointer; min-height: 1.75rem; } dl { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; margin: 0.5rem 0 0; } dd { margin: 0; }
dialog { border: 1px solid var(--edge); border-radius: 12px; background: var(--paper); color: var(--ink); max-width: min(28rem, calc(100vw - 2rem)); padding: 1.25rem; }
dialog button.main { background: var(--bad); border-color: var(--bad); }
dialog::backdrop { background: #0008; } dialog .actions { margin-top: 1rem; justify-content: flex-end; }
footer.bottom { border-top: 1px solid var(--line); padding-block: 1.25rem; color: var(--quiet); }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; scroll-behavior: auto !important; } }
@media (max-width: 30rem) { header.top a:not(.brand) { display: none; } .said { flex-basis: 100%; } .foot .actions { flex: 1 1 100%; } .row button { font-size: 0.9rem; padding-inline: 0.6rem; } .row .head { flex-direction: column; gap: 0; } .drop { padding: 1.25rem 0.75rem; } .actions > button { flex: 1 1 auto; } }
@media (forced-colors: active) { .badge::before { forced-color-adjust: auto; } progress { border: 1px solid CanvasText; } }
`;
