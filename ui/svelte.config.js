/** @type {import("@sveltejs/vite-plugin-svelte").SvelteConfig} */
export default {
  compilerOptions: {
    // Nodes are made one by one instead of through innerHTML, as Trusted Types ask.
    fragments: "tree",
  },
};
