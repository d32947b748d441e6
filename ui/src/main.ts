import { mount } from "svelte";
import App from "./App.svelte";
import { follow, makeClient } from "./backend/changes";
import "./styles/index.css";
import { text } from "./text";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

const client = makeClient();
// Listening comes first, so that no change between the first answer and the first paint is missed.
void follow(client).catch(() => undefined);
document.title = text.product;
// The words that stood there until the script had run.
target.replaceChildren();
mount(App, { target, props: { client } });
