// Stands in for Rust in a browser. Picks its views by `?scene=` and `?theme=`. Only for development.
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { answering } from "./answers";

const wanted = new URLSearchParams(location.search);

mockIPC(
  answering({
    scene: wanted.get("scene") ?? "breach",
    theme: wanted.get("theme") ?? "system",
    rows: Number(wanted.get("rows") ?? 12408),
    changed: (tags) => void emit("change", { tags }),
  }),
  { shouldMockEvents: true },
);
