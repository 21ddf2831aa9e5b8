/** The rooms of the page: what each may import. Everything else is refused. `rooms.mjs` runs it. */
const ROOMS = {
  protocol: { rooms: [], packages: [] },
  wire: { rooms: ["protocol"], packages: [] },
  api: { rooms: ["protocol", "wire"], packages: [] },
  state: { rooms: ["protocol", "wire", "api"], packages: ["svelte"] },
  view3d: { rooms: ["protocol", "wire"], packages: ["three"] },
  charts: { rooms: ["protocol", "wire"], packages: ["svelte", "uplot"] },
  simulator: { rooms: [], packages: ["eecircuit-engine"] },
  published: {
    rooms: ["protocol", "wire", "api", "state", "view3d", "charts", "panels"],
    packages: ["svelte"],
  },
  panels: {
    rooms: ["protocol", "wire", "api", "state", "view3d", "charts", "simulator"],
    packages: ["svelte", "driver.js"],
  },
};

const allowList = Object.entries(ROOMS).map(([room, { rooms, packages }]) => ({
  name: `${room}-keeps-to-its-list`,
  comment: `${room} may import ${[room, ...rooms, ...packages].join(", ")}.`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: {
    pathNot: [
      ...[room, ...rooms].map((name) => `^src/${name}/`),
      ...packages.map((name) => `^node_modules/(@types/)?${name}/`),
    ],
  },
}));

module.exports = {
  forbidden: [
    ...allowList,
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "every-module-has-a-room",
      severity: "error",
      from: { path: "^src/", pathNot: [`^src/(${Object.keys(ROOMS).join("|")})/`, "^src/main\\.ts$"] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "browser", "types", "svelte", "default"],
      extensions: [".ts", ".js", ".svelte", ".svelte.ts", ".css"],
    },
  },
};
