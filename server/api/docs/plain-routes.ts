/** A parameter in the path. */
function inPath(name: string, description: string) {
  return { name, in: "path", required: true, description, schema: { type: "string" } } as const;
}

function answers(status: number, description: string, contentType?: string) {
  return {
    [status]: { description, ...(contentType === undefined ? {} : { content: { [contentType]: {} } }) },
  };
}

const SLUG = inPath("slug", "The link's slug.");
const KEY = inPath("key", "The object's key, as in the signed URL.");
const SIGNED = "The signature, method, time or type does not fit.";

/** Routes that take and give no JSON: pages and bytes. */
export const PLAIN_ROUTES = {
  "/s/{slug}": {
    get: {
      summary: "The public page of a link",
      parameters: [SLUG],
      responses: {
        ...answers(200, "The page.", "text/html"),
        ...answers(404, "There is no such link any more."),
      },
    },
  },
  "/s/{slug}/{file}": {
    get: {
      summary:
        "The picture on a link's page: image.png, image.jpg or image.webp; of a private link image.bin",
      parameters: [SLUG, inPath("file", "As the page names it.")],
      responses: {
        ...answers(302, "Where its bytes are."),
        ...answers(404, "There is no such link any more."),
      },
    },
  },
  "/access": {
    get: { summary: "The page that asks for a token", responses: answers(200, "The page.", "text/html") },
    post: {
      summary: "Give a token, get its owner's cookie",
      requestBody: {
        required: true,
        content: {
          "application/x-www-form-urlencoded": {
            schema: { type: "object", required: ["token"], properties: { token: { type: "string" } } },
          },
        },
      },
      responses: { ...answers(303, "To the app, with the cookie."), ...answers(401, "It opens nothing.") },
    },
  },
  "/v1/images/edits": {
    post: {
      summary: "Draw from a picture, or draw anew what a mask leaves transparent, in OpenAI's form",
      requestBody: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: {
              type: "object",
              required: ["image", "prompt"],
              properties: {
                image: { type: "string", format: "binary" },
                mask: { type: "string", format: "binary" },
                prompt: { type: "string" },
                strength: { type: "number", minimum: 0, maximum: 1 },
              },
              additionalProperties: { type: "string" },
            },
          },
        },
      },
      responses: {
        ...answers(200, "As /v1/images/generations answers.", "application/json"),
        ...answers(400, "A field or a picture is not as expected, in OpenAI's form.", "application/json"),
      },
    },
  },
  "/models/{model}/{path}": {
    get: {
      summary: "A model's file, in whole or in ranges",
      parameters: [
        inPath("model", "The model's id."),
        inPath("path", "One of its manifest's files, or manifest.json."),
      ],
      responses: {
        ...answers(200, "The file.", "application/octet-stream"),
        ...answers(206, "The range."),
        ...answers(304, "It has not changed."),
        ...answers(404, "The model has no such file."),
      },
    },
  },
  "/objects/{key}": {
    get: {
      summary: "An object of a server that keeps its objects on disk, by a signed URL",
      parameters: [KEY],
      responses: { ...answers(200, "Its bytes."), ...answers(206, "The range."), ...answers(403, SIGNED) },
    },
    put: {
      summary: "Put an object by a signed URL",
      parameters: [KEY],
      responses: { ...answers(200, "It is stored."), ...answers(403, SIGNED) },
    },
  },
  "/api/openapi.json": {
    get: {
      summary: "This description, in OpenAPI 3.1",
      responses: answers(200, "It.", "application/json"),
    },
  },
  "/api/docs": {
    get: { summary: "The page to read and try it", responses: answers(200, "The page.", "text/html") },
  },
};
