import { Hono } from "hono";
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { ApiEnvironment } from "../context.ts";
import { findOwner } from "../owners/find-owner.ts";
import { assertSameOrigin, setOwnerCookie } from "../owners/owner-auth.ts";
import { plainPage, type Html } from "../pages/plain-page.ts";

function accessPage(problem?: string): Html {
  return plainPage(
    "Your token, please",
    "" as HtmlEscapedString,
    html`<div class="words">
      <h1>Your token, please</h1>
      <p>${problem ?? "This Easel takes only those who have a token from whoever runs it."}</p>
      <form method="post" action="/access">
        <label>Token <input name="token" type="password" autocomplete="current-password" required /></label>
        <button>Open Easel</button>
      </form>
    </div>`,
  );
}

/** /access: a browser gives its token once and gets the owner's cookie for it. */
export const accessRoutes = new Hono<ApiEnvironment>()
  .use("/access", async (context, next) => {
    // Under no-referrer a browser would send the form with `Origin: null`.
    context.header("Referrer-Policy", "same-origin");
    await next();
  })
  .get("/access", (context) => context.html(accessPage()))
  .post("/access", async (context) => {
    assertSameOrigin(context, true);
    const { token } = await context.req.parseBody();
    const given = typeof token === "string" ? token.trim() : "";
    if (typeof (await findOwner(context.var.services, given)) !== "object")
      return context.html(accessPage("This token opens nothing here. It may have been revoked."), 401);
    setOwnerCookie(context, given);
    return context.redirect("/", 303);
  });
