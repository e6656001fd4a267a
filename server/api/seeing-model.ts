import { EaselError } from "../../src/contracts/errors.ts";
import type { SeeingTask } from "../../src/contracts/prediction.ts";
import type { Services } from "../jobs/services.ts";
import type { SeeingModel } from "../models/seeing-shelf.ts";

const MISSING: Readonly<Record<SeeingTask, { message: string; hint: string }>> = Object.freeze({
  "text-classification": {
    message: "This server has no model that tells what a text is about.",
    hint: "It comes with Easel, as models/easel-eyes: install Easel anew, whole.",
  },
  "image-classification": {
    message: "This server has no model that recognises pictures.",
    hint: "Whoever runs it adds one with `easel model add`: an image classifier in the Hugging Face layout, as ONNX.",
  },
  "object-detection": {
    message: "This server has no model that finds things in pictures.",
    hint: "Whoever runs it adds one with `easel model add`: a detector of DETR's kind in the Hugging Face layout, as ONNX.",
  },
  "image-safety": {
    message: "This server has no safety model.",
    hint: "Whoever runs it adds one with `easel model add --safety`: an image classifier in the Hugging Face layout, as ONNX.",
  },
});

/** The server's model for a task. @throws EaselError model_not_installed */
export function modelThatSees({ seeing }: Services, task: SeeingTask): SeeingModel {
  const model = seeing.find(task);
  if (model !== undefined) return model;
  const { message, hint } = MISSING[task];
  throw new EaselError("model_not_installed", message, { hint });
}
