import { Hono } from "hono";
import { html } from "hono/html";
import { plainPage, PLAIN_STYLE, STYLE_PATH } from "../api/pages/plain-page.ts";

/** Where the authority's certificate is to be had, over http too: before it is trusted, https only warns. */
export const AUTHORITY_PATH = "/easel-ca.crt";
export const TRUST_PATH = "/trust";

/**
 * What other devices get over plain http where the server has https: the way to trust it, and the way to the same page
 * over https for everything else.
 */
export function plainApp(authority: string | undefined): Hono {
  const app = new Hono();
  if (authority !== undefined) {
    app.get(AUTHORITY_PATH, (context) =>
      context.body(authority, 200, {
        "content-type": "application/x-x509-ca-cert",
        "content-disposition": 'attachment; filename="easel-ca.crt"',
      }),
    );
    app.get(STYLE_PATH, (context) => context.body(PLAIN_STYLE, 200, { "content-type": "text/css" }));
    app.get(TRUST_PATH, async (context) => {
      const host = context.req.header("host") ?? "localhost";
      const chinese = /^zh\b/i.test(context.req.header("accept-language") ?? "");
      return context.html(await trustPage(host, chinese));
    });
  }
  app.all("*", (context) => {
    const { host, pathname, search } = new URL(context.req.url);
    return context.redirect(`https://${host}${pathname}${search}`, 308);
  });
  return app;
}

const WORDS = {
  en: {
    title: "Trust this Easel",
    why: "Your devices do not know the authority that made this server's certificate: it is your own, made on that machine, and can vouch for local addresses alone. Install it once on each device, then open Easel.",
    get: "Get the certificate",
    steps: [
      [
        "iPhone, iPad",
        "Settings: Profile Downloaded, Install. Then General, About, Certificate Trust Settings: switch it on.",
      ],
      [
        "Android",
        "Settings: Security, More security settings, Encryption and credentials, Install a certificate, CA certificate.",
      ],
      [
        "Windows",
        "Open the file: Install Certificate, Local Machine, Trusted Root Certification Authorities.",
      ],
      ["macOS", "Open the file in Keychain Access, then Trust: Always Trust."],
      [
        "Linux, Firefox",
        "In the browser's settings: Certificates, Authorities, Import; trust it for websites.",
      ],
    ],
    open: "Open Easel",
  },
  zh: {
    title: "信任这个 Easel",
    why: "您的设备还不认识签发此服务器证书的机构：它是您自己的，就在那台机器上生成，只能为本地地址作证。在每台设备上安装一次，然后打开 Easel。",
    get: "获取证书",
    steps: [
      ["iPhone、iPad", "设置：已下载描述文件，安装。然后在通用、关于本机、证书信任设置中打开它。"],
      ["Android", "设置：安全、更多安全设置、加密与凭据、安装证书、CA 证书。"],
      ["Windows", "打开文件：安装证书、本地计算机、受信任的根证书颁发机构。"],
      ["macOS", "用“钥匙串访问”打开文件，然后在信任中选择“始终信任”。"],
      ["Linux、Firefox", "在浏览器设置中：证书、证书颁发机构、导入，并信任它用于网站。"],
    ],
    open: "打开 Easel",
  },
};

function trustPage(host: string, chinese: boolean) {
  const words = chinese ? WORDS.zh : WORDS.en;
  const steps = words.steps.map(([device, step]) => html`<p><strong>${device}</strong><br />${step}</p>`);
  return plainPage(
    words.title,
    html``,
    html`<h1>${words.title}</h1>
      <p>${words.why}</p>
      <p><a href="${AUTHORITY_PATH}">${words.get}</a></p>
      ${steps}
      <p><a href="https://${host}/">${words.open}</a></p>`,
    chinese ? "zh-Hans" : "en",
  );
}
