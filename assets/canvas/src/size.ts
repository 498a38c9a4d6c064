/** How large a node is drawn, in pixels: fixed, so that what is out of view need not be measured. */
export const SIZE = { width: 212, height: 84 };

/** How high the title of a block is that is shown from inside. */
export const TITLE = 36;
