import { MIB } from "#domain/uploads/part-plan.ts";
import { baselineCase } from "./cases/baseline.ts";
import { byContentRange, bySwarm, byTus, byTusClient, namedCase, sluiceCase, whole } from "./cases/sluice.ts";
import { tusNodeCase } from "./cases/tus-node.ts";
import type { BenchOptions } from "./arguments.ts";
import { Content } from "./content.ts";
import { type Figures, Meter, type Measured, measured, noFigures, Profiler, type Subject, unwatched } from "./measured.ts";
import { startBaseline } from "./servers/baseline.ts";
import { type SluiceServer, startSluice } from "./servers/sluice.ts";
import { startTusNode } from "./servers/tus-node.ts";
import { fixed, megabytes, table } from "./table.ts";
import { type Case, inTurns } from "./turns.ts";

const WARM_UP_BYTES = 32 * MIB;
const GIB = 1024 * MIB;

type Servers = { readonly baseline: Measured; readonly tusNode: Measured; readonly sluice: Measured & { readonly server: SluiceServer } };

/** How one case is made, anew for every run of it. */
type Row = {
  readonly name: string;
  readonly on: (servers: Servers) => Measured;
  readonly make: (servers: Servers, content: Content) => Case;
};

type Group = { readonly title: string; readonly rows: readonly Row[] };

const BARE = "(a) bare platform";
const EQUAL = "(b) equal work";
const TUS_NODE = "(c) @tus/server, tus-js-client";

const bare = (chunkBytes: number, remark = ""): Row => ({
  name: BARE + remark,
  on: ({ baseline }) => baseline,
  make: ({ baseline }, content) => baselineCase(baseline.server, content, { name: BARE, kind: "bare", chunkBytes, digest: false }),
});

const equal = (chunkBytes: number, digest: boolean): Row => ({
  name: digest ? EQUAL : `${EQUAL}, no digest`,
  on: ({ baseline }) => baseline,
  make: ({ baseline }, content) => baselineCase(baseline.server, content, { name: EQUAL, kind: "equal", chunkBytes, digest }),
});

const tusNode = (chunkBytes: number): Row => ({
  name: TUS_NODE,
  on: (servers) => servers.tusNode,
  make: (servers, content) => tusNodeCase(servers.tusNode.server, content, TUS_NODE, chunkBytes),
});

const sluice = (name: string, way: Parameters<typeof sluiceCase>[3]): Row => ({
  name: `(d) Sluice, ${name}`,
  on: (servers) => servers.sluice,
  make: (servers, content) => sluiceCase(servers.sluice.server, content, name, way),
});

const named = (chunkBytes: number): Row => ({
  name: "(d) Sluice, PUT /upload/{name}",
  on: (servers) => servers.sluice,
  make: (servers, content) => namedCase(servers.sluice.server, content, "PUT /upload/{name}", chunkBytes),
});

function groups(sizeBytes: number): Group[] {
  return [
    {
      title: "one request",
      rows: [bare(sizeBytes), equal(sizeBytes, true), tusNode(sizeBytes), sluice("whole PUT", whole)],
    },
    {
      title: "chunks of 16 MiB",
      rows: [
        bare(16 * MIB),
        equal(16 * MIB, true),
        equal(16 * MIB, false),
        tusNode(16 * MIB),
        sluice("Content-Range", byContentRange(16 * MIB)),
        sluice("tus PATCH", byTus(16 * MIB)),
        sluice("tus-js-client", byTusClient(16 * MIB)),
        sluice("swarm of 4", bySwarm(4, 16 * MIB)),
      ],
    },
    {
      title: "chunks of 1 MiB",
      rows: [
        bare(MIB, ", parts never put together"),
        equal(MIB, true),
        equal(MIB, false),
        tusNode(MIB),
        sluice("Content-Range", byContentRange(MIB)),
        sluice("tus PATCH", byTus(MIB)),
        sluice("tus-js-client", byTusClient(MIB)),
        named(MIB),
      ],
    },
  ];
}

export async function benchIntake(options: BenchOptions, say: (text: string) => void): Promise<void> {
  const deadline = Date.now() + options.budgetMs;
  const content = new Content(options.sizeBytes);
  content.sha256();
  const isWanted = (text: string): boolean => options.only.length === 0 || options.only.some((part) => text.includes(part));
  const wanted = groups(options.sizeBytes)
    .map(({ title, rows }) => ({ title, rows: rows.filter(({ name }) => isWanted(`${title}: ${name}`)) }))
    .filter(({ rows }) => rows.length > 0);
  for (const [index, group] of wanted.entries()) {
    // What an earlier group has left of its share is the later ones'.
    const share = (deadline - Date.now()) / (wanted.length - index);
    const figures = await measureGroup(group, content, options, Date.now() + share);
    say(`\n${content.sizeBytes / MIB} MiB, ${group.title}\n\n${report(group.rows, figures, content.sizeBytes * options.rounds)}\n`);
  }
}

type Result = Figures & { readonly idleBytes: number };

/** Every group has servers of its own, so that its memory is not another one's. */
async function measureGroup({ title, rows }: Group, content: Content, options: BenchOptions, deadline: number): Promise<Map<Row, Result>> {
  const started: Measured[] = [];
  const start = async <S extends Measured["server"]>(starting: Promise<S>): Promise<Measured & { readonly server: S }> => {
    const server = await starting;
    const one = { ...measured(server), server };
    started.push(one);
    return one;
  };
  try {
    const baseline = await start(startBaseline());
    const tusNode = await start(startTusNode());
    const servers = { baseline, tusNode, sluice: await start(startSluice()) };
    const warmUp = new Content(WARM_UP_BYTES);
    await inTurns(
      rows.map((row) => row.make(servers, warmUp)),
      unwatched,
      deadline,
    );

    const results = new Map(rows.map((row) => [row, { ...noFigures(), idleBytes: row.on(servers).idleBytes }]));
    const subjects = (): Subject[] =>
      [...results].map(([row, figures]) => ({ ...row.make(servers, content), name: row.name, on: row.on(servers), figures }));
    for (let round = 0; round < options.rounds; round++) await inTurns(subjects(), new Meter(), deadline);
    if (options.profileDir !== null) {
      const profiler = new Profiler(options.profileDir, title);
      for (const subject of subjects()) await inTurns([subject], profiler, deadline);
    }
    return results;
  } finally {
    for (const { memory, server } of started) {
      memory.stop();
      await server.stop();
    }
  }
}

function report(rows: readonly Row[], results: ReadonlyMap<Row, Result>, wantedBytes: number): string {
  const speed = (row: Row | undefined): number | null => {
    const figures = row === undefined ? undefined : results.get(row);
    return figures === undefined || figures.bytes === 0 ? null : figures.bytes / figures.ms / 1000;
  };
  const ratio = (row: Row, to: string): string => {
    const [own, other] = [speed(row), speed(rows.find(({ name }) => (to === EQUAL ? name === to : name.startsWith(to))))];
    return fixed(own === null || other === null ? null : own / other, 2);
  };
  const cells = rows.map((row) => {
    const figures = results.get(row);
    if (figures === undefined || figures.bytes === 0) return [row.name, ...Array.from({ length: 7 }, () => "–")];
    return [
      figures.bytes < wantedBytes ? `${row.name} [first ${figures.bytes / MIB} MiB]` : row.name,
      fixed(speed(row), 1),
      ratio(row, BARE),
      ratio(row, EQUAL),
      ratio(row, TUS_NODE),
      fixed((figures.cpuSeconds * GIB) / figures.bytes, 1),
      megabytes(figures.peakBytes),
      megabytes(figures.peakBytes - figures.idleBytes),
    ];
  });
  return table(["", "MB/s", "of (a)", "of (b)", "of (c)", "CPU s/GiB", "peak MB", "above idle"], cells);
}
