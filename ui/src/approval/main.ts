import { mount } from "svelte";
import Approval from "./Approval.svelte";
import "../styles/index.css";

const target = document.getElementById("app");
if (!target) throw new Error("approval.html has no #app");

const intent = new URLSearchParams(location.search).get("intent");
mount(Approval, { target, props: { intent } });
