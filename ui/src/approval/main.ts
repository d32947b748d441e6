import { mount } from "svelte";
import Approval from "./Approval.svelte";
import Sign from "./Sign.svelte";
import "../styles/index.css";
import { language, text } from "../text";

const target = document.getElementById("app");
if (!target) throw new Error("approval.html has no #app");

document.documentElement.lang = language;
document.title = text.approval.window;

const asked = new URLSearchParams(location.search);
const change = asked.get("change");
if (change === null) mount(Approval, { target, props: { intent: asked.get("intent") } });
else mount(Sign, { target, props: { change } });
