/** Kin of the documentation's sheet, for a page that is worked with. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #15181c); --raised: light-dark(#f5f6f8, #1d2127); --ink: light-dark(#1b1f24, #e8eaed);
  --quiet: light-dark(#565e68, #a5adb7); --line: light-dark(#d5d9df, #343a43); --edge: light-dark(#7a838e, #79828d);
  --accent: light-dark(#0b57c4, #8ab8ff); --on-accent: light-dark(#ffffff, #0c1a2e);
  --good: light-dark(#14683a, #7bd6a0); --bad: light-dark(#a3211b, #ff9d94); --bad-paper: light-dark(#fdf0ef, #2b1a1a);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.wide { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header.top { border-bottom: 1px solid var(--line); }
header.top .wide { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: center; min-height: 3.5rem; padding-block: 0.5rem; }
.brand { font-weight: 700; font-size: 1.15rem; margin-right: auto; color: inherit; text-decoration: none; }
main.wide { padding-block: 1.5rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.2rem); line-height: 1.2; margin: 0.5rem 0; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
h2:focus, h3:focus { outline: none; } h2:focus-visible, h3:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; }
p { margin: 0.5rem 0; } a { color: var(--accent); text-underline-offset: 0.15em; }
.lede { max-width: 42rem; color: var(--quiet); font-size: 1.05rem; }
.quiet { color: var(--quiet); } .small { font-size: 0.9rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--raised); padding: 0.75rem; border-radius: 8px; overflow-x: auto; }
button, .button { font: inherit; font-weight: 600; min-height: 2.25rem; padding: 0.25rem 0.9rem; border-radius: 8px; border: 1px solid var(--edge);
  background: transparent; color: var(--ink); cursor: pointer; }
button:hover { background: var(--raised); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); } button.main:hover { filter: brightness(1.08); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.card h2 { margin-top: 0; }
.card { border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; background: var(--raised); margin-block: 1.25rem; }
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
.row button { min-height: 2rem; font-weight: 500; font-size: 0.95rem; }
.badge { flex: none; font-size: 0.85rem; font-weight: 600; color: var(--quiet); }
.badge::before { content: "● "; } [data-tone="busy"] .badge { color: var(--accent); } [data-tone="good"] .badge { color: var(--good); }
[data-tone="good"] .badge::before { content: "✓ "; } [data-tone="bad"] .badge { color: var(--bad); } [data-tone="bad"] .badge::before { content: "▲ "; }
progress { appearance: none; width: 100%; height: 0.6rem; border: 1px solid var(--edge); border-radius: 99px; overflow: hidden; background: var(--paper); display: block; }
progress::-webkit-progress-bar { background: var(--paper); } progress::-webkit-progress-value { background: var(--accent); transition: width 0.4s linear; }
progress::-moz-progress-bar { background: var(--accent); }
.advice { background: var(--bad-paper); border-left: 4px solid var(--bad); border-radius: 4px; padding: 0.6rem 0.8rem; }
.advice strong { color: var(--bad); }
.verdicts { margin: 0; padding-left: 1.2rem; color: var(--quiet); }
.band { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; padding: 0.75rem 1rem; border-radius: 12px; background: var(--raised); border: 1px solid var(--line); }
.band p { margin: 0; } .closing { font-weight: 600; }
summary { cursor: pointer; min-height: 1.75rem; } dl { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; margin: 0.5rem 0 0; } dd { margin: 0; }
dialog { border: 1px solid var(--edge); border-radius: 12px; background: var(--paper); color: var(--ink); max-width: min(28rem, calc(100vw - 2rem)); padding: 1.25rem; }
dialog::backdrop { background: #0008; } dialog .actions { margin-top: 1rem; justify-content: flex-end; }
footer.wide { border-top: 1px solid var(--line); padding-block: 1.5rem; color: var(--quiet); }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; scroll-behavior: auto !important; } }
@media (max-width: 30rem) { .row .head { flex-direction: column; gap: 0; } .drop { padding: 1.25rem 0.75rem; } .actions > button { flex: 1 1 auto; } }
@media (forced-colors: active) { .badge::before { forced-color-adjust: auto; } progress { border-color: CanvasText; } }
`;
