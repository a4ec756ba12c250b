/** The colours of every page, in both schemes. */
export const PALETTE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #15181c); --raised: light-dark(#f5f6f8, #1d2127); --ink: light-dark(#1b1f24, #e8eaed);
  --quiet: light-dark(#565e68, #a5adb7); --line: light-dark(#d5d9df, #343a43); --track: light-dark(#e1e5ea, #363d47); --edge: light-dark(#7a838e, #79828d);
  --accent: light-dark(#0b57c4, #8ab8ff); --on-accent: light-dark(#ffffff, #0c1a2e);
  --good: light-dark(#14683a, #7bd6a0); --bad: light-dark(#a3211b, #ff9d94); --bad-paper: light-dark(#fdf0ef, #2b1a1a);
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100dvh; display: flex; flex-direction: column; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.wide { width: 100%; max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
header.top { border-bottom: 1px solid var(--line); }
header.top .wide { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: center; min-height: 3.5rem; padding-block: 0.5rem; }
.brand { display: flex; gap: 0.6rem; align-items: center; font-weight: 700; font-size: 1.15rem; margin-right: auto; color: inherit; text-decoration: none; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.quiet { color: var(--quiet); } .small { font-size: 0.9rem; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--raised); padding: 0.75rem; border-radius: 8px; overflow-x: auto; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
