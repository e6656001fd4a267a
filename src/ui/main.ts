import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { start, warmUp } from "./easel.ts";
import { nextTask, painted } from "./shell/next-task.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no element #app to mount the page in.");
warmUp();
await painted();
target.replaceChildren();
// Before the tasks that the page asks for as it is made: its models are known to be awaited once it can be used.
const afterMount = nextTask();
mount(App, { target });
await afterMount;
void start();
