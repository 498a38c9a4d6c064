/** All styles, for the shadow root that Streamlit gives the component. */
import flow from "@xyflow/react/dist/base.css?inline";
import own from "./canvas.css?inline";
import outline from "./outline.css?inline";

export const STYLE = `${flow}\n${own}\n${outline}`;
