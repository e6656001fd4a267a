import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

/** Our own import boundaries (docs/adr/0002): who may know whom. Each rule names the way out. */
const RUNTIME = {
  regex: "^onnxruntime-(web|node|common)",
  message:
    "Only workers/diffusion and server/gpu-worker import an ONNX runtime: take an InferenceRuntime instead.",
};
const SERVER = {
  regex: "(^|/)server/",
  message: "Page and core never import the server: share through src/contracts.",
};
const WORKERS = { regex: "(^|/)workers/", message: "Reach a worker through its contract in src/contracts." };
const PACKAGES = {
  regex: "^(?!\\.{1,2}/)",
  message: "src/core imports only src/contracts: no packages, no Node.",
};
const BESIDE_CORE = {
  regex: "^(\\.\\./)+(ui|history|share|models|generation|seeing)/",
  message: "src/core imports only src/contracts.",
};
const BESIDE_SEEING = {
  regex: "^(\\.\\./)+(ui|history|share|models|generation)/",
  message: "src/seeing imports only src/contracts and src/core.",
};
const PAGE = {
  regex: "src/(ui|history|share|generation|models)/",
  message: "The server does not know the page.",
};

/** How a model is got and checked is one thing, in a browser and on a server's disk (docs/adr/0037). */
const PAGE_BUT_MODELS = { ...PAGE, regex: "src/(ui|history|share|generation)/" };

const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const tests = ["**/*.test.ts"];

export default ts.config(
  {
    ignores: [
      "dist/",
      "data/",
      ".cache/",
      "models/",
      "playwright-report/",
      "test-results/",
      "node_modules/",
      "src/paraglide/",
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs["flat/recommended"],
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        project: [
          "./tsconfig.core.json",
          "./tsconfig.app.json",
          "./tsconfig.worker.json",
          "./tsconfig.server.json",
        ],
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  { files: ["src/contracts/**"], rules: restrict(RUNTIME, SERVER, WORKERS, BESIDE_CORE) },
  // Suites that several test files share are none themselves.
  {
    files: ["src/core/**"],
    ignores: [...tests, "src/core/**/{conformance,fidelity}.ts"],
    rules: restrict(PACKAGES, SERVER, WORKERS, BESIDE_CORE),
  },
  {
    files: ["src/seeing/**"],
    ignores: [...tests, "src/seeing/**/conformance.ts"],
    rules: restrict(
      { ...PACKAGES, message: "src/seeing imports only src/contracts and src/core: no packages, no Node." },
      SERVER,
      WORKERS,
      BESIDE_SEEING,
    ),
  },
  {
    files: ["src/{ui,history,share,generation,models}/**"],
    ignores: tests,
    rules: restrict(RUNTIME, SERVER),
  },
  { files: ["workers/**"], ignores: tests, rules: restrict(SERVER) },
  { files: ["workers/service/**"], rules: restrict(SERVER, RUNTIME) },
  {
    files: ["server/**"],
    ignores: [...tests, "server/gpu-worker/**"],
    rules: restrict(RUNTIME, WORKERS, PAGE),
  },
  {
    files: ["server/models/**", "server/cli/**"],
    ignores: tests,
    rules: restrict(RUNTIME, WORKERS, PAGE_BUT_MODELS),
  },
  { files: ["server/gpu-worker/**"], ignores: tests, rules: restrict(WORKERS, PAGE) },
  {
    files: ["**/*.mjs", "**/*.js"],
    ...ts.configs.disableTypeChecked,
  },
);
