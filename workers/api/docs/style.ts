import { PALETTE } from "#console/palette.ts";

/** One sheet for every page of the documentation. */
export const STYLE = `${PALETTE}
main.wide { padding-block: 1rem 4rem; flex: 1; } .reference .wide { max-width: 82rem; }
header.top [aria-current] { color: inherit; text-decoration: none; font-weight: 600; }
h1 { font-size: clamp(1.6rem, 5vw, 2rem); line-height: 1.2; margin: 1rem 0 0.5rem; } .lede { max-width: 46rem; }
h2 { margin: 3.5rem 0 0.5rem; font-size: 1.45rem; text-transform: capitalize; } h3 { margin: 0 0 0.25rem; font-size: 1.15rem; }
h4 { margin: 1.25rem 0 0.25rem; font-size: 0.95rem; color: var(--quiet); } p { margin: 0.5rem 0; max-width: 46rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; } th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; font-size: 0.85rem; } tbody tr:last-child > * { border-bottom: 0; } td { overflow-wrap: anywhere; }
.problems td:first-child, .problems td:nth-child(2) { white-space: nowrap; }
.operation { border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; margin: 1.25rem 0; scroll-margin-top: 1rem; }
.operation pre { white-space: pre-wrap; margin: 0.25rem 0 0; } .route { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; }
.method { font-weight: 700; color: var(--accent); } :target { outline: 2px solid var(--accent); outline-offset: 2px; }
tr:target { outline-offset: -2px; } summary { cursor: pointer; min-height: 1.75rem; font-weight: 600; color: var(--quiet); font-size: 0.95rem; margin-top: 0.5rem; }
nav.operations ul { list-style: none; margin: 0 0 0.75rem; padding: 0; } nav.operations li { padding: 0.1rem 0; }
nav.operations a { display: block; min-height: 24px; color: inherit; text-decoration: none; } nav.operations a:hover { text-decoration: underline; }
nav.operations p { margin: 0.75rem 0 0.1rem; font-weight: 600; text-transform: capitalize; }
@media (min-width: 60rem) {
  .reference main { display: grid; grid: "nav intro" auto "nav all" 1fr / 17rem minmax(0, 1fr); column-gap: 3rem; align-items: start; }
  .intro { grid-area: intro; } .all { grid-area: all; }
  nav.operations { grid-area: nav; position: sticky; top: 0; max-height: 100dvh; overflow-y: auto; padding-block: 1rem; font-size: 0.9rem; border-right: 1px solid var(--line); }
}
@media (min-width: 40rem) { th code { overflow-wrap: normal; } }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody { display: block; } tr { display: flex; flex-wrap: wrap; gap: 0 0.75rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  th, td { border: 0; padding: 0; } td:not(:first-child) { color: var(--quiet); } .problems td:first-child { flex: 1 1 100%; }
  .operation { padding: 0.9rem; } [data-label]::before { content: attr(data-label) ": "; } header.top .brand { flex: 1 1 100%; }
  header.top .wide { column-gap: 0.8rem; font-size: 0.85rem; }
}
`;
