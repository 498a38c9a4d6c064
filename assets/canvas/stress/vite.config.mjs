// The stress example as a script of its own, in the folder that the benchmark names (benchmarks/stress.py).
import { defineConfig } from "vite";

export default defineConfig({
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: { lib: { entry: "stress/page.tsx", formats: ["iife"], name: "Stress", fileName: () => "stress.js", cssFileName: "stress" } },
});
