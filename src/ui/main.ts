import { mount, tick } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { start, warmUp } from "./easel.ts";
import { nextTask, painted } from "./shell/next-task.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no element #app to mount the page in.");
const firstPaint = painted();
// A task for each: the files have just been run.
await nextTask();
warmUp();
await firstPaint;
// Made aside, a task a part: until all are done, what index.html holds is seen.
const page = document.createElement("div");
const header = nextTask();
const turns = { header, stage: header.then(nextTask) };
// Before the tasks that the page asks for as it is made: its models are known to be awaited once it can be used.
const afterStage = turns.stage.then(nextTask);
mount(App, { target: page, props: { turns } });
await turns.stage;
await tick();
target.replaceChildren(page);
await afterStage;
void start();
