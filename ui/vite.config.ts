import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";
import { approvalStaysSmall } from "./approval-stays-small.ts";

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), mode === "test" ? svelteTesting() : [], approvalStaysSmall()],
  clearScreen: false,
  server: {
    host: "127.0.0.1",
    port: 1420,
    strictPort: true,
    fs: { allow: [".", "../catalogue/page"] },
  },
  build: {
    target: ["es2022", "safari16.4"],
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: false,
    reportCompressedSize: true,
    rolldownOptions: { input: { index: "index.html", approval: "approval.html" } },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["./src/testing/setup.ts"],
    include: ["src/**/*.test.ts"],
  },
}));
