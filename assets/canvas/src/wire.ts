/** What Python and the canvas tell each other. Python's side stands in pages/parts/wire.py. */

/** A layer's parameters as in the document, without those that equal their defaults. */
export interface Layer {
  type: string;
  [parameter: string]: unknown;
}

export interface Trouble {
  severity: "error" | "warning";
  message: string;
  remedy: string;
}

/** The tensor that comes into a port: [source, number of its output, port]. */
export type Input = readonly [source: string, output: number, port: string];

/** What a node can be coloured by, and is explained with; null where it is not known. pages/parts/views.py says the units. */
export interface Measures {
  parameters: number;
  trainable: number;
  macs: number | null;
  memory: number | null;
  size: number | null;
  field: readonly number[] | null;
  why: string;
}

/** All that the canvas shows of one node. `key` is its id, made unique where a document uses a name twice. */
export interface NodeView {
  key: string;
  id: string;
  layer: Layer;
  /** The node whose layer, and weights, this one uses again. */
  shares?: string;
  /** Switched off: it passes on what comes in. */
  disabled?: boolean;
  family: string;
  summary: string;
  x: number;
  y: number;
  ports: readonly string[];
  lists: readonly string[];
  optional: readonly string[];
  outputs: readonly string[];
  inputs: readonly Input[];
  shape: string;
  parameters: string;
  measures: Measures | null;
  troubles: readonly Trouble[];
}

/** A layer of the palette: a new node of it before Python has seen it. */
export interface Entry {
  type: string;
  family: string;
  tooltip: string;
  name: string;
  layer: Layer;
  summary: string;
  ports: readonly string[];
  lists: readonly string[];
  optional: readonly string[];
  outputs: readonly string[];
}

export interface Palette {
  families: Record<string, string>;
  entries: readonly Entry[];
}

export interface Edge {
  source: string;
  output: number;
  target: string;
  port: string;
}

export interface Place {
  id: string;
  x: number;
  y: number;
}

export interface CopiedNode extends Place {
  layer: Layer;
  shares?: string;
  disabled?: boolean;
}

/** A block as it stands in the document. */
export interface BlockDocument {
  name: string;
  nodes: CopiedNode[];
  [part: string]: unknown;
}

/** The edits of builder/edits/union.py that the canvas makes; `inside` names the block that is open. */
export type Edit = Change & { inside?: string };

type Change =
  | { type: "AddLayer"; layer: string; id: string; values?: Record<string, unknown>; x?: number; y?: number; after?: string; edge?: Edge }
  | { type: "Insert"; id: string; edge: Edge }
  | { type: "Move"; places: Place[] }
  | { type: "Connect"; edge: Edge }
  | { type: "Disconnect"; edges: Edge[] }
  | { type: "Remove"; ids: string[]; edges: Edge[]; heal: boolean }
  | { type: "Paste"; nodes: CopiedNode[]; edges: Edge[]; blocks?: BlockDocument[]; dx: number; dy: number }
  | { type: "Rename"; id: string; to: string }
  | { type: "Configure"; id: string; values: Record<string, unknown> }
  | { type: "Replace"; id: string; layer: string }
  | { type: "Disable"; ids: string[]; disabled: boolean }
  | { type: "Fold"; ids: string[]; name: string }
  | { type: "Unfold"; id: string };

/** One step of undo, or a step back or forward; numbered by the client that made it, in the epoch that it knew. */
export interface Entered {
  client: string;
  number: number;
  epoch: string;
  edits: Edit[];
  history: "undo" | "redo" | null;
  /** Python text whose layers are to be added, inside of the block that is open. */
  code?: string;
  inside?: string;
}

/** From the canvas to Python: everything not acknowledged yet, and the version of the document that it builds on. */
export interface Outgoing {
  epoch: string;
  have: number;
  entries: Entered[];
}

export interface Status {
  state: "ready" | "coming" | "restarting" | "failed";
  message: string;
}

/** From Python to the canvas: `nodes` and `gone` lead from version `base` to `version`; base 0 is the empty canvas. */
export interface Incoming {
  project: string;
  epoch: string;
  /** Counts the messages of an epoch: they come by two ways, and an older one may come later. */
  turn: number;
  base: number;
  version: number;
  nodes: NodeView[];
  gone: string[];
  acknowledged: Record<string, number>;
  notices: { number: number; text: string }[];
  select: { number: number; keys: string[] };
  status: Status;
  /** Why changes could not be kept; they are tried again. Left out where all are. */
  unkept?: string;
  totals: { text: string; hint: string }[];
  /** The instances that are open, each with its block, from the outermost; empty at the top of the network. */
  path: { node: string; block: string }[];
  /** The names of all blocks of the network. */
  blocks: string[];
  undo: boolean;
  redo: boolean;
  revision: number;
  /** Where steps are taken at once. */
  steps: string;
  pulse: string;
  /** Where the state of the layers in the project's newest run is to be had. */
  statistics: string;
  /** Where it is told what a setting would do. */
  foresight: string;
  /** What an Input needs to take the examples of the project's data. */
  example: Record<string, unknown>;
  palette?: Palette;
  /** The blocks of the network, so that they can be copied with their instances; left out while they stay the same. */
  library?: BlockDocument[];
  /** The inside of each block that is shown in its place, and of all that lies around an open one; left out while they stay the same. */
  insides?: Record<string, NodeView[]>;
}

/** How Python is reached. */
export interface Line {
  send(message: Outgoing): void;
  select(keys: readonly string[]): void;
  open(instances: readonly string[]): void;
  expand(paths: readonly string[]): void;
}
