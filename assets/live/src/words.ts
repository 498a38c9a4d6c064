/** What the chart says in words. */
import { begun, type Run, type Status } from "./curves";

const STATES: Record<Status["state"], string> = {
  waiting: "Waiting for a free place",
  running: "Training",
  paused: "Paused",
  suspended: "Suspended",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Failed",
  crashed: "Crashed",
};

/** Seconds as 0:07, 3:05 or 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function speed(value: number): string {
  const digits = value >= 100 ? 0 : 1;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

/** "Training · epoch 3 of 10 · batch 12 of 45 · 0:41 so far · about 1:30 left · 1,234 examples a second". */
export function statusText(run: Run): string {
  if (run.gone) return "This run has been deleted";
  const status = run.status;
  if (!status) return "Reading the curves …";
  if (status.fetching && status.steps === 0 && (status.state === "running" || status.state === "waiting")) return status.fetching;
  const parts = [STATES[status.state]];
  const live = status.state === "running" || status.state === "paused";
  if (live && status.steps === 0) parts[0] = "Starting";
  else if (status.state === "running" && !begun(run)) return "Preparing the first batch: TensorFlow builds the training step, which takes seconds";
  if (live && status.epochs) {
    parts.push(`epoch ${Math.min(status.epoch + 1, status.epochs)} of ${status.epochs}`);
    if (status.steps) parts.push(`batch ${status.step} of ${status.steps}`);
  } else if (status.epochs) {
    parts.push(`${epochsDone(status)} of ${status.epochs} epochs`);
  }
  if (status.elapsed !== null) parts.push(live ? `${duration(status.elapsed)} so far` : `took ${duration(status.elapsed)}`);
  if (status.state === "running" && status.remaining !== null) parts.push(`about ${duration(status.remaining)} left`);
  if (status.speed !== null) parts.push(`${speed(status.speed)} examples a second`);
  return parts.join(" · ");
}

/** What stands in a chart as long as no run has a point. */
export function emptyText(runs: Run[]): string {
  if (!runs.every((run) => run.status)) return "";
  return runs.every((run) => run.over) ? "No batch was trained." : "The curve begins with the first batch.";
}

/** What a screen reader hears: only what changes once an epoch, not with each batch. */
export function announcement(run: Run): string {
  const status = run.status;
  if (!status) return "";
  return `${run.name}: ${STATES[status.state]}, ${epochsDone(status)} of ${status.epochs} epochs done`;
}

/** Whole epochs that have ended: after its last step an epoch is still the running one. */
function epochsDone({ epoch, steps, step }: Status): number {
  return steps && step >= steps ? epoch + 1 : epoch;
}

/** Done share of the whole training, 0 to 1. */
export function progress({ epoch, epochs, step, steps }: Status): number {
  if (!epochs) return 0;
  return Math.min(1, (epoch + (steps ? step / steps : 0)) / epochs);
}

/** Why a curve ends in a cross. `diverged` counts epochs from 0. */
export function divergence(run: Run): string {
  if (run.status?.diverged == null) return "";
  return (
    `${run.name}: in epoch ${run.status.diverged + 1} a value became NaN ("not a number"; the cross in the chart): ` +
    "the weights grew until numbers could no longer hold them. A smaller learning rate usually helps."
  );
}

/** A heading for a chart: `sparse_categorical_accuracy` is "Accuracy". */
export function title(quantity: string): string {
  if (quantity === "loss") return "Loss (smaller is better)";
  if (/accuracy$/.test(quantity)) return quantity.startsWith("top") || /_top_/.test(quantity) ? "Accuracy among the top guesses" : "Accuracy (share of right answers)";
  const words = quantity.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
