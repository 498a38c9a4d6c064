/** The tidy picture is computed here, beside the page: a large network takes seconds. */
import { tidy } from "./layout";

self.onmessage = ({ data: { doc, chosen } }) => self.postMessage(tidy(doc, chosen));
