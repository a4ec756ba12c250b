/** One sheet for every page of the documentation. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.8rem; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); } h3 { margin-top: 2rem; }
code, pre { font: 0.9em/1.45 ui-monospace, monospace; } pre { background: var(--soft); padding: 0.8rem; overflow-x: auto; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.6rem 0.35rem 0; border-bottom: 1px solid var(--line); }
.method { font-weight: 700; display: inline-block; min-width: 4.5rem; } nav ul { columns: 2 22rem; padding-left: 1.2rem; } code, td { overflow-wrap: anywhere; }
a { color: LinkText; } :target { outline: 2px solid var(--line); outline-offset: 4px; }
`;
