/** Sends what the forms of /api/docs hold, and shows the answer below. Event streams are shown as they come. */

const LONGEST_TEXT = 100_000;
const who = document.querySelector("#who");
who.addEventListener("submit", (event) => event.preventDefault());

/** @param {HTMLFormElement} form */
function requestOf(form) {
  const { method, path } = form.dataset;
  const headers = {};
  const query = new URLSearchParams();
  let url = path;
  for (const input of form.querySelectorAll("[data-in]")) {
    if (input.value === "") continue;
    if (input.dataset.in === "path") url = url.replace(`{${input.name}}`, encodeURIComponent(input.value));
    if (input.dataset.in === "query") query.set(input.name, input.value);
    if (input.dataset.in === "header") headers[input.name] = input.value;
  }
  const { value: token } = who.elements.namedItem("token");
  if (token !== "") headers.authorization = `Bearer ${token}`;
  const body = form.querySelector("textarea")?.value;
  if (body !== undefined) headers["content-type"] = "application/json";
  const search = query.size === 0 ? "" : `?${query}`;
  return { url: `${url}${search}`, init: { method: method.toUpperCase(), headers, body } };
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(form, output) {
  const { url, init } = requestOf(form);
  const started = performance.now();
  const response = await fetch(url, init);
  const head = `${response.status} ${response.statusText}, ${Math.round(performance.now() - started)} ms\n\n`;
  output.textContent = head;
  if (!/^(text\/|application\/json)/.test(response.headers.get("content-type") ?? "")) {
    output.textContent += `${response.headers.get("content-type") ?? "nothing"}, ${(await response.blob()).size} bytes`;
    return;
  }
  let text = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done && text.length < LONGEST_TEXT; part = await reader.read()) {
    text += part.value;
    output.textContent = head + text;
  }
  output.textContent = head + pretty(text.slice(0, LONGEST_TEXT));
  await reader.cancel();
}

for (const form of document.querySelectorAll("form[data-path]")) {
  const output = form.querySelector("output");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.textContent = "...";
    send(form, output).catch((error) => (output.textContent = String(error)));
  });
}
