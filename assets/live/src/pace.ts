/** Draws when there is something new, at most once a frame, and then rests: whoever reads the page must be heard, too. */

const REST = 3; // times as long as the drawing took

export class Pace {
  private wanted = false;
  private resting = false;
  private closed = false;

  constructor(
    private readonly draw: () => void,
    private readonly frame: (then: () => void) => void = (then) => requestAnimationFrame(then), // which wants no `this` of ours
  ) {}

  /** Have it drawn soon; asking again until then changes nothing. */
  ask(): void {
    if (this.wanted) return;
    this.wanted = true;
    if (!this.resting) this.frame(() => this.run());
  }

  close(): void {
    this.closed = true;
  }

  private run(): void {
    if (this.closed) return;
    this.wanted = false;
    const began = performance.now();
    this.draw();
    this.resting = true;
    setTimeout(() => this.rested(), REST * (performance.now() - began));
  }

  private rested(): void {
    this.resting = false;
    if (this.wanted) this.frame(() => this.run());
  }
}
