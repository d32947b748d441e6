import type { Plugin } from "vite";

/** Packages whose code may run in the window that signs: Svelte's runtime and the door to Rust. */
const allowed = ["svelte", "esm-env", "clsx", "@tauri-apps/api"];

/** Fails the build when a third-party script gets into the approval window. */
export function approvalStaysSmall(): Plugin {
  return {
    name: "approval-stays-small",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const open = chunks.filter((chunk) => chunk.isEntry && chunk.name === "approval");
      if (open.length === 0) this.error("The build has no approval entry.");
      const seen = new Set(open);
      for (const chunk of seen) {
        for (const file of [...chunk.imports, ...chunk.dynamicImports]) {
          const next = byName.get(file);
          if (next) seen.add(next);
        }
        for (const id of chunk.moduleIds) {
          const name = id.split("/node_modules/").at(-1);
          if (!id.includes("/node_modules/") || name === undefined) continue;
          if (!allowed.some((home) => name.startsWith(`${home}/`))) {
            this.error(
              `The approval window would run ${name}. Only ${allowed.join(", ")} may: ` +
                "it is the one window that signs. Import the part you need from our own code.",
            );
          }
        }
      }
    },
  };
}
