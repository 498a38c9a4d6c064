// One ES module, and beside it the licences of what it holds. Nothing in it depends on the time or the machine.
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

/** Writes THIRD-PARTY.txt: name, version and licence text of every package in the bundle, and of those inside plotly's. */
function notices() {
  return {
    name: "third-party-notices",
    generateBundle(_options, bundle) {
      const packages = new Set();
      for (const chunk of Object.values(bundle)) {
        for (const file of Object.keys(chunk.modules ?? {})) {
          const inside = file.replace(/\\/g, "/").match(/^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//);
          if (inside) packages.add(inside[1]);
        }
      }
      const texts = [...packages].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
        return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/LICENSE`, "utf8").trim()}\n`;
      });
      texts.push(readFileSync("notices/inside-plotly.txt", "utf8"));
      this.emitFile({ type: "asset", fileName: "THIRD-PARTY.txt", source: texts.join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}

export default defineConfig({
  plugins: [notices()],
  build: {
    lib: { entry: "src/index.ts", formats: ["es"], fileName: () => "live.js" },
    target: "es2022",
    rolldownOptions: { output: { minify: true } },
    chunkSizeWarningLimit: 2000,
  },
});
