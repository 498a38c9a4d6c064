// One ES module and what it loads when it is first wanted, and beside them the licences of what they hold.
// Nothing in it depends on the time or the machine.
import { readFileSync, readdirSync } from "node:fs";
import { defineConfig } from "vite";

/** The folders of all packages in the bundle, and in the worker that it holds, which is built first. */
const packages = new Set();

function collect(bundle) {
  for (const chunk of Object.values(bundle)) {
    for (const file of Object.keys(chunk.modules ?? {})) {
      const inside = file.replace(/\\/g, "/").match(/^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//);
      if (inside) packages.add(inside[1]);
    }
  }
}

/** Writes THIRD-PARTY.txt: name, version and licence text of every package in the bundle. */
function notices() {
  return {
    name: "third-party-notices",
    generateBundle(_options, bundle) {
      collect(bundle);
      const texts = [...packages].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
      });
      this.emitFile({ type: "asset", fileName: "THIRD-PARTY.txt", source: texts.join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}

export default defineConfig({
  plugins: [notices()],
  worker: { plugins: () => [{ name: "collect-packages", generateBundle: (_options, bundle) => collect(bundle) }] },
  // A library build leaves this to the application; there is none here.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    lib: { entry: "src/index.tsx", formats: ["es"], fileName: () => "canvas.js" },
    target: "es2022",
    rolldownOptions: { output: { minify: true, chunkFileNames: "[name]-[hash].js" } },
  },
});
