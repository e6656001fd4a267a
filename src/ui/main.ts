import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { start, warmUp } from "./easel.ts";
import { nextTask } from "./shell/next-task.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no element #app to mount the page in.");
warmUp();
await nextTask();
target.replaceChildren();
mount(App, { target });
void start();
